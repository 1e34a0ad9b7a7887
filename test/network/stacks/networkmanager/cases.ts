import fc from 'fast-check';
import type { NetworkFile } from '../../../../src/network/types.ts';

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
  'dns = 192.0.2.54; 10.208.0.53',
  'dns-search=a.example;b.example;',
  'dns-search=A.example;c.example;',
  'dns-options=rotate;',
  'dns-priority=-5',
  'x-unknown=a # b; c \\',
  '# gateway=203.0.113.1',
  '',
  ' \t ',
);
const otherSection = fc.constantFrom(
  '[ipv6]\nmethod=ignore\ngateway=2001:db8::1\nroute1=::/0,2001:db8::1\nnever-default=false',
  '[ipv6]\nmethod=auto\ndns=2001:db8::53;\ndns-search=d.example;',
  '[ipv6]\nmethod=auto\n\n  dns= 2001:db8::54;2001:db8::53',
  '[ipv6]\nmethod=disabled',
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

/** A private network: addresses and resolvers, but never a default route. */
const privateLine = ipv4Line.filter((line) => !/gateway|^method|,10\.|,203|0\.0\.0\.0|never/.test(line));
const privateSections = fc
  .array(privateLine, { maxLength: 4 })
  .chain((lines) => fc.tuple(fc.constant(['[ipv4]', 'method=manual', ...lines].join('\n')), otherSection));

function profile(name: string, parts: fc.Arbitrary<string[]> = sections): fc.Arbitrary<NetworkFile> {
  return fc.tuple(parts, fc.boolean(), fc.boolean(), fc.boolean()).map(([body, first, crlf, last]) => {
    const head = `[connection]\nid=${name}\nuuid=00000000-0000-4000-8000-00000000000${name.slice(-1)}\ntype=ethernet\ninterface-name=${name}`;
    const text = (first ? [head, ...body] : [...body, head]).join('\n\n') + (last ? '\n' : '');
    return { path: `${folder}/${name}.nmconnection`, text: crlf ? text.replaceAll('\n', '\r\n') : text };
  });
}

/** The profiles of eth0, eth1 and the private eth2, with default routes in many places and forms. */
export const profiles: fc.Arbitrary<NetworkFile[]> = fc
  .tuple(profile('eth1'), fc.option(profile('eth0')), fc.option(profile('eth2', privateSections)))
  .map((files) => files.filter((one) => one !== null));
