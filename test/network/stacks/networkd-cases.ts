import fc from 'fast-check';
import type { NetworkFile } from '../../../src/network/types.ts';

const folder = '/etc/systemd/network';

const line = fc.constantFrom(
  'Gateway=203.0.113.1',
  'Gateway = 10.208.0.1',
  'Gateway=2001:db8::1',
  'Gateway=10.208.0.2 \\\n# inside\n',
  '\tDestination=0.0.0.0/0',
  'Destination=10.176.0.0/12',
  'Table=100',
  'Type=blackhole',
  'DHCP=yes',
  'DHCP=no',
  'UseRoutes=false',
  'UseRoutes=yes',
  'UseGateway=true',
  'UseGateway=no',
  'Metric=5',
  'DefaultRouteOnDevice=true',
  'X-Unknown=a # b',
  'Address=10.208.5.7/19',
  '# Gateway=203.0.113.1',
  '; [Route] \\',
  '',
  ' \t ',
  'no assignment',
);
const section = fc
  .tuple(
    fc.constantFrom('[Network]', '[Route]', '[Route]', '[DHCPv4]', '[DHCP]', '[Link]', '  [X-Own]'),
    fc.array(line, { maxLength: 4 }),
  )
  .map(([head, lines]) => [head, ...lines].join('\n'));
const body = fc.array(section, { maxLength: 3 }).map((sections) => sections.join('\n'));

/** Any way of ending lines, and the last one. */
const endings = fc.tuple(fc.boolean(), fc.boolean());

function file(path: string, head: string): fc.Arbitrary<NetworkFile> {
  return fc.tuple(body, endings).map(([text, [crlf, last]]) => {
    const whole = [head, text].filter(Boolean).join('\n') + (last ? '\n' : '');
    return { path, text: crlf ? whole.replaceAll('\n', '\r\n') : whole };
  });
}

/** The files of networkd for eth0, eth1 and eth2, with default routes in many places and forms. */
export const networkdFiles: fc.Arbitrary<NetworkFile[]> = fc
  .tuple(
    file(`${folder}/10-eth1.network`, '[Match]\nName=eth1'),
    fc.option(file(`${folder}/10-eth1.network.d/20-more.conf`, '# more')),
    fc.option(file(`${folder}/10-eth0.network`, '# public\n\n[Match]\nName=eth0')),
    fc.option(file(`${folder}/10-eth0.network.d/95-late.conf`, '')),
    fc.option(file('/usr/lib/systemd/network/50-eth2.network', '[Match]\nName=eth2 # x')),
  )
  .map((files) => files.filter((one) => one !== null));
