import fc from 'fast-check';
import type { NetworkFile } from '../../../../src/network/types.ts';

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
  'RouteMetric=0',
  'RouteMetric=50',
  'DefaultRouteOnDevice=true',
  'X-Unknown=a # b',
  'DNS=192.0.2.53',
  'DNS = 192.0.2.54 2001:db8::53 \\\n  10.208.0.53',
  'DNS=',
  'Domains=a.example  ~b.example',
  'Domains=c.example',
  'Domains=',
  'DNSDefaultRoute=no',
  'Address=10.208.5.7/19',
  '# Gateway=203.0.113.1',
  '; [Route] \\',
  '',
  ' \t ',
  'no assignment',
);
const heads = ['[Network]', '[Route]', '[Route]', '[DHCPv4]', '[DHCP]', '[Link]', '  [X-Own]'];
const section = fc
  .tuple(fc.constantFrom(...heads), fc.array(line, { maxLength: 4 }))
  .map(([head, lines]) => [head, ...lines].join('\n'));
const body = fc.array(section, { maxLength: 3 }).map((sections) => sections.join('\n'));

/** A drop-in that networkd reads after ours may not empty a list of ours: that is refused. */
const lateBody = body.map((text) => text.replace(/^(DNS|Domains)=$/gm, '# $1='));

/** A private network: addresses and resolvers, but never a default route. */
const privateLine = line.filter(
  (text) => !/^(Gateway|DHCP=yes|Destination=0|DefaultRoute|Use)/.test(text.trim()),
);
const privateBody = fc
  .array(privateLine, { maxLength: 5 })
  .map((lines) => ['[Network]', ...lines].join('\n'));

/** Any way of ending lines, and the last one. */
const endings = fc.tuple(fc.boolean(), fc.boolean());

function file(path: string, head: string, bodies = body): fc.Arbitrary<NetworkFile> {
  return fc.tuple(bodies, endings).map(([text, [crlf, last]]) => {
    const whole = [head, text].filter(Boolean).join('\n') + (last ? '\n' : '');
    return { path, text: crlf ? whole.replaceAll('\n', '\r\n') : whole };
  });
}

/** The files of networkd for eth0, eth1, eth2 and the private eth3, with default routes in many places and forms. */
export const networkdFiles: fc.Arbitrary<NetworkFile[]> = fc
  .tuple(
    file(`${folder}/10-eth1.network`, '[Match]\nName=eth1'),
    fc.option(file(`${folder}/10-eth1.network.d/20-more.conf`, '# more')),
    fc.option(file(`${folder}/10-eth0.network`, '# public\n\n[Match]\nName=eth0')),
    fc.option(file(`${folder}/10-eth0.network.d/95-late.conf`, '')),
    fc.option(file('/usr/lib/systemd/network/50-eth2.network', '[Match]\nName=eth2')),
    fc.option(file(`${folder}/10-eth1.network.d/95-late.conf`, '', lateBody)),
    fc.option(file(`${folder}/30-eth3.network`, '[Match]\nName=eth3', privateBody)),
  )
  .map((files) => files.filter((one) => one !== null));
