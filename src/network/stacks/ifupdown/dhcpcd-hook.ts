/** Sourced by dhcpcd-run-hooks(8) after all other hooks, once dhcpcd has acted. */
export const dhcpcdHookPath = '/etc/dhcpcd.exit-hook';

const begin = '# rc-wait begins: the default route of this server goes through another interface\n';
const end = '# rc-wait ends\n';

/**
 * The hook file that keeps dhcpcd from bringing a default route on the given interfaces, after the lines of
 * others; undefined if the file would be empty. Without it the route returns when a lease is first renewed.
 * `nogateway` in dhcpcd.conf(5) would not do: a running dhcpcd does not read it again, and telling it to risks
 * starting one that does not run.
 */
export function dhcpcdHook(text: string | undefined, interfaceNames: readonly string[]): string | undefined {
  const others = withoutOwnLines(text ?? '');
  // Names go into a shell pattern, so only those without special characters are used.
  const names = [...new Set(interfaceNames)].filter((name) => /^[\w.:-]+$/.test(name));
  if (names.length === 0) return others === '' ? undefined : others;
  const gap = others === '' || others.endsWith('\n') ? '' : '\n';
  return `${others}${gap}${begin}case "$interface" in
${names.join(' | ')})
  ip -4 route del 0.0.0.0/0 dev "$interface" 2>/dev/null || true
  ;;
esac
${end}`;
}

function withoutOwnLines(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  return from < 0 || to < 0 ? text : text.slice(0, from) + text.slice(to + end.length);
}
