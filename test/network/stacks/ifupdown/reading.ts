/** What a file of interfaces(5) says of one interface. */
export interface Reading {
  /** it has a default route of IPv4, from a line or from DHCP */
  isPublic: boolean;
  /** by their options, in their order */
  readonly resolvers: { servers: string[]; domains: string[]; others: string[] };
  /** it comes up at boot, or when it appears */
  isUp: boolean;
}

/** Reads a file anew with no code of the product's, and only as far as the cases of the tests go. */
export function readAll(text: string): Map<string, Reading> {
  const found = new Map<string, Reading>();
  const at = (name: string) => {
    const one = found.get(name) ?? {
      isPublic: false,
      resolvers: { servers: [], domains: [], others: [] },
      isUp: false,
    };
    found.set(name, one);
    return one;
  };
  let [name, family] = ['', ''];
  const plain = text.replace(/^\s*#.*\n?/gm, '').replaceAll('\\\n', '');
  for (const line of plain.split(/\r?\n/)) {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    if (/^(auto|allow-auto|allow-hotplug)$/.test(word)) {
      for (const one of rest.length > 0 ? rest : [name]) at(one).isUp = true;
    }
    if (word === 'iface') {
      [name, family] = [rest[0] ?? '', rest[1] ?? ''];
      if (rest[2] === 'dhcp') at(name).isPublic = true;
    }
    const isRoute = /^(up|post-up)$/.test(word) && /route add default/.test(line);
    if (isRoute || (word === 'gateway' && family !== 'inet6')) at(name).isPublic = true;
    const { servers, domains, others } = at(name).resolvers;
    if (/^dns-nameservers?$/.test(word)) servers.push(...rest);
    if (/^dns-(search|domain)$/.test(word)) domains.push(...rest);
    if (/^dns-(options|sortlist)$/.test(word)) others.push(...rest);
  }
  return found;
}
