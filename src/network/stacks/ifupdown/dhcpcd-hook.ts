/** Sourced by dhcpcd-run-hooks(8) after all other hooks, when dhcpcd has acted. */
export const dhcpcdHookPath = '/etc/dhcpcd.exit-hook';

const begin = '# rc-wait begins: the default route of this server goes through another interface\n';
const end = '# rc-wait ends\n';

/**
 * The hook file that keeps dhcpcd from bringing a default route on the given
 * interfaces; undefined when nothing is left to stand in it. Without it, the
 * route is there again with the first lease that is renewed. A hook and not
 * `nogateway` in dhcpcd.conf(5): a dhcpcd that runs would not read that, and
 * there is no telling it without the danger of starting one that does not run.
 * What others have in the file stays, before ours.
 */
export function dhcpcdHook(text: string | undefined, interfaceNames: readonly string[]): string | undefined {
  const others = withoutOurs(text ?? '');
  // Names go into a shell pattern: only those that mean nothing to a shell.
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

function withoutOurs(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  return from < 0 || to < 0 ? text : text.slice(0, from) + text.slice(to + end.length);
}
