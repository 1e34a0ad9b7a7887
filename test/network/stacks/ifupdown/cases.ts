import fc from 'fast-check';

const defaultRoute = fc.constantFrom(
  'gateway 203.0.113.1',
  'gateway\t10.208.0.1',
  'up ip route add default via 203.0.113.1 || true',
  'post-up route add default gw 203.0.113.1',
  'pre-down ip route del default \\\n   dev eth0',
);
const otherLine = fc.constantFrom(
  'address 10.208.5.7/19',
  'netmask 255.255.224.0',
  'dns-nameservers 192.0.2.53',
  'dns-nameservers 198.51.100.53 2001:db8::53',
  'dns-nameserver\t192.0.2.54',
  'dns-nameservers 192.0.2.53 \\\n  198.51.100.54',
  'dns-search example.com  example.net',
  'dns-domain example.org',
  'dns-options ndots:2 rotate',
  'dns-sortlist 10.208.0.0/255.240.0.0',
  'post-up route add -net 10.208.0.0 netmask 255.240.0.0 gw 10.208.0.1 || true',
  'up ip route add 10.176.0.0/12 via 10.208.0.1',
  'up echo a \\\n   # no comment \\\n   b',
  'x-unknown some   value # gateway 1.2.3.4',
  'auto',
  'no-scripts',
  '# gateway 203.0.113.1',
  '# up ip route add default via 203.0.113.1 \\',
  '',
  ' \t ',
);
const head = fc.constantFrom(
  'iface eth0 inet static',
  'iface eth0 inet dhcp',
  'iface eth0 inet6 static',
  'iface eth1 inet static',
  'iface eth1 inet6 auto',
  'iface eth2  inet\tmanual',
  'iface eth3 inet static inherits base',
  'iface eth4 inherits base',
);
/** What comes up at boot; a line ends the stanza before it. */
const boot = fc.constantFrom(
  'auto eth0',
  'auto lo eth0 eth1',
  'allow-hotplug\teth0  eth5 # eth2',
  'allow-auto eth2 \\\n  eth0',
  '  auto eth5',
  'no-auto-down eth0',
);
/** An interface that never had a default route. */
const third = fc
  .array(otherLine, { maxLength: 4 })
  .map((lines) => ['iface eth5 inet static', ...lines].join('\n'));
const indent = fc.constantFrom('', '  ', '\t', '    ');
const stanza = fc
  .tuple(
    head,
    fc.array(
      fc.tuple(indent, fc.oneof({ weight: 1, arbitrary: defaultRoute }, { weight: 3, arbitrary: otherLine })),
      { maxLength: 6 },
    ),
  )
  .map(([first, lines]) => [first, ...lines.map(([pad, line]) => pad + line)].join('\n'));
/** Files of interfaces(5) that ifupdown takes, with default routes in many places and forms. */
export const interfacesText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: stanza },
        { weight: 2, arbitrary: boot },
        { weight: 1, arbitrary: third },
      ),
      { maxLength: 6 },
    ),
    fc.boolean(),
    fc.boolean(),
    fc.nat({ max: 9 }),
  )
  .map(([stanzas, crlf, last, blank]) => {
    const all = [
      '# base',
      'iface base inet static',
      ' mtu 1500',
      'auto lo',
      ...stanzas,
      'allow-hotplug eth1',
      'iface eth1 inet static',
      ' address 10.208.5.7/19',
    ];
    // With CRLF a backslash continues nothing: only texts without one have the same meaning then.
    const text = all.join('\n'.repeat(blank === 0 ? 2 : 1)) + (last ? '\n' : '');
    return crlf && !text.includes('\\') ? text.replaceAll('\n', '\r\n') : text;
  });
