import fc from 'fast-check';
import type { NetworkFile } from '../../../../src/network/types.ts';

const folder = '/etc/sysconfig/network-scripts';

const setting = fc.constantFrom(
  'BOOTPROTO=static',
  'BOOTPROTO="dhcp"',
  'GATEWAY=203.0.113.1',
  "GATEWAY='10.208.0.1'",
  'GATEWAY=10.208.0.2 # the old one',
  'GATEWAY1=203.0.113.1',
  'export GATEWAY="203.0.113.1"',
  'GATEWAY=203.0.\\\n113.1',
  'DEFROUTE=yes',
  'DEFROUTE="no"',
  'DEFROUTE=No',
  'GATEWAYDEV=eth0',
  'GATEWAYDEV=eth1',
  'IPADDR=10.208.5.7',
  'DNS1=192.0.2.53',
  'DNS1="198.51.100.53" # the second word counts',
  "DNS2='2001:db8::53'",
  'export DNS2=192.0.2.54',
  'DNS3=192.0.\\\n2.55',
  'DNS4=',
  'DOMAIN=example.org',
  'DOMAIN="example.com  example.net"',
  'IPV6_DOMAIN=example.edu',
  'PEERDNS=no',
  'ONBOOT=yes',
  '\tONBOOT="yes" # DNS1=1.1.1.1',
  'ONBOOT=no',
  'NAME="System eth0; GATEWAY=1.1.1.1"',
  "X='two\nlines'",
  'A=1 B=2; C=3',
  '[ -f /etc/x ] && . /etc/x',
  '# GATEWAY=203.0.113.1',
  '',
  ' \t ',
);
/** In the file for all interfaces nobody says how one of them gets its address. */
const shared = setting.filter((line) => !/^(BOOTPROTO|IPADDR|A=|\[)/.test(line));
/** What never brings a default route. */
const harmless = setting.filter((line) => !/GATEWAY|BOOTPROTO="dhcp"|DEFROUTE/.test(line));
const route = fc.constantFrom(
  'default via 203.0.113.1 dev eth0',
  '0.0.0.0/0 via 10.208.0.1',
  'default via 203.0.113.1 table 100',
  '10.176.0.0/12 via 10.208.0.1 dev eth1',
  'unicast default dev eth0',
  '# default via 203.0.113.1',
  '',
);
const numbered = fc.constantFrom(
  'ADDRESS0=10.208.0.0\nNETMASK0=255.240.0.0\nGATEWAY0=10.208.0.1\n\nADDRESS1=10.176.0.0\nNETMASK1=255.240.0.0\nGATEWAY1=10.208.0.1',
  'ADDRESS0=10.208.0.0\nNETMASK0=255.240.0.0\nGATEWAY0=10.208.0.1\nGATEWAY1=203.0.113.1\nNETMASK1=0.0.0.0\nADDRESS1=0.0.0.0',
  'ADDRESS0=0.0.0.0\nNETMASK0=0.0.0.0\nGATEWAY0=10.208.0.1',
);

/** A text of these lines with one way of ending them; with CRLF a backslash means something else. */
function text(lines: fc.Arbitrary<readonly string[]>): fc.Arbitrary<string> {
  return fc.tuple(lines, fc.nat({ max: 3 }), fc.boolean()).map(([all, crlf, last]) => {
    const whole = all.join('\n') + (last && all.length > 0 ? '\n' : '');
    return crlf === 0 && !whole.includes('\\') ? whole.replaceAll('\n', '\r\n') : whole;
  });
}

function settings(device: string, line = setting): fc.Arbitrary<string> {
  const head = `DEVICE=${device}`;
  return text(
    fc
      .tuple(fc.array(line, { maxLength: 7 }), fc.boolean())
      .map(([lines, first]) => (first ? [head, ...lines] : [...lines, head])),
  );
}

const routes = fc.oneof(text(fc.array(route, { maxLength: 4 })), text(numbered.map((lines) => [lines])));

/** The files of the network-scripts: default routes in many places and forms, and eth2, which never had one. */
export const ifcfgFiles: fc.Arbitrary<NetworkFile[]> = fc
  .record(
    {
      [`${folder}/ifcfg-eth1`]: settings('eth1'),
      [`${folder}/ifcfg-eth0`]: settings('eth0'),
      [`${folder}/ifcfg-eth2`]: settings('eth2', harmless),
      [`${folder}/route-eth1`]: routes,
      [`${folder}/route-eth0`]: routes,
      '/etc/sysconfig/network': text(fc.array(shared, { maxLength: 3 })),
    },
    { requiredKeys: [`${folder}/ifcfg-eth1`] },
  )
  .map((files) => Object.entries(files).map(([path, one]) => ({ path, text: one })));
