/** The IPv4 part of a profile as NetworkManager writes it. */
function ipv4Lines(text: string): string[] {
  return (/^\[ipv4\]\n([^[]*)/m.exec(text)?.[1] ?? 'method=auto').split('\n').filter(Boolean);
}

/** How the interface of a profile gets its IPv4 addresses: `auto`, `manual`, `link-local`, … */
export function methodOf(text: string): string | undefined {
  return ipv4Lines(text)
    .find((line) => line.startsWith('method='))
    ?.slice('method='.length);
}

/** Whether a profile has neither an address nor DHCP. NetworkManager 1.52 takes such a profile, but no gateway in it. */
export function isWithoutAddress(text: string): boolean {
  return methodOf(text) === 'manual' && !ipv4Lines(text).some((line) => line.startsWith('address'));
}

/** The gateways of default routes of the main table, `auto` for those that DHCP would bring. */
export function defaultsIn(text: string): string[] {
  const lines = ipv4Lines(text);
  const never = lines.includes('never-default=true');
  const behind = lines.flatMap((line) => /^(?:address\d+=[\d./]+,|gateway=)([\d.]+)/.exec(line)?.[1] ?? []);
  const found = never ? [] : [...behind, ...(lines.includes('method=auto') ? ['auto'] : [])];
  for (const line of lines) {
    const [, key, via] = /^(route\d+)=0\.0\.0\.0\/0(?:,([\d.]+))?/.exec(line) ?? [];
    if (key && !lines.some((one) => one.startsWith(`${key}_options=`) && one.includes('table=')))
      found.push(via ?? 'none');
  }
  return found;
}

/** The resolvers, search domains and options of a profile. */
export function resolversIn(text: string): string[] {
  const lines = text.matchAll(/^dns(?:-search|-options)?=(.*)$/gm);
  return [...lines].flatMap(([, words]) => words?.toLowerCase().split(';').filter(Boolean) ?? []);
}

/** Everything but default routes, resolvers and whether it starts, and but the numbers of routes. */
export function rest(text: string): string[] {
  const lines = text.replace(/^\[ipv4\]\n[^[]*/m, '').split('\n');
  return [...lines, ...ipv4Lines(text)]
    .filter(
      (line) =>
        !/^(autoconnect=|dns|method=auto$|addr-gen-mode=default$|\[ipv6\]$|never-default=|gateway=|route\d+=0\.0\.0\.0\/0|route\d+_options|\[ipv4\]|$)/.test(
          line,
        ),
    )
    .map((line) => line.replace(/^(address\d+=[\d./]+),.*/, '$1').replace(/^route\d+/, 'route'))
    .sort();
}
