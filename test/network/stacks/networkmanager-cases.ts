import fc from 'fast-check';
import type { NetworkFile } from '../../../src/network/types.ts';

const folder = '/etc/NetworkManager/system-connections';

const ipv4Line = fc.constantFrom(
  'method=auto',
  'method=manual',
  'method = manual',
  'address1=10.208.5.7/19',
  'address1=10.208.5.7/19,10.208.0.1',
  'address2=203.0.113.7/24,203.0.113.1',
  'addresses3=203.0.113.8;24;0.0.0.0;',
  'gateway=10.208.0.1',
  '  gateway= 203.0.113.1',
  'never-default=true',
  'never-default=false',
  'never-default=yes',
  'route1=10.176.0.0/12,10.208.0.1',
  'route2=0.0.0.0/0,10.208.0.1',
  'route3=0.0.0.0/0,203.0.113.1,50',
  'route4_options=table=100',
  'route4=0.0.0.0/0,203.0.113.1',
  'routes5=0.0.0.0;0;203.0.113.1;7;',
  'dns=192.0.2.53;',
  'x-unknown=a # b; c \\',
  '# gateway=203.0.113.1',
  '',
  ' \t ',
);
const otherSection = fc.constantFrom(
  '[ipv6]\nmethod=ignore\ngateway=2001:db8::1\nroute1=::/0,2001:db8::1\nnever-default=false',
  '[ethernet]\nmtu=1500',
  '[proxy]',
  '# a comment',
);
const ipv4Section = fc.array(ipv4Line, { maxLength: 6 }).map((lines) => ['[ipv4]', ...lines].join('\n'));

/** A profile's sections in any order; [ipv4] may be missing, or be there twice. */
const sections = fc.array(
  fc.oneof({ weight: 3, arbitrary: ipv4Section }, { weight: 2, arbitrary: otherSection }),
  { maxLength: 4 },
);

function profile(name: string): fc.Arbitrary<NetworkFile> {
  return fc.tuple(sections, fc.boolean(), fc.boolean(), fc.boolean()).map(([parts, first, crlf, last]) => {
    const head = `[connection]\nid=${name}\nuuid=00000000-0000-4000-8000-00000000000${name.slice(-1)}\ntype=ethernet\ninterface-name=${name}`;
    const text = (first ? [head, ...parts] : [...parts, head]).join('\n\n') + (last ? '\n' : '');
    return { path: `${folder}/${name}.nmconnection`, text: crlf ? text.replaceAll('\n', '\r\n') : text };
  });
}

/** The profiles of eth0 and eth1, with default routes in many places and forms. */
export const profiles: fc.Arbitrary<NetworkFile[]> = fc
  .tuple(profile('eth1'), fc.option(profile('eth0')))
  .map((files) => files.filter((one) => one !== null));
