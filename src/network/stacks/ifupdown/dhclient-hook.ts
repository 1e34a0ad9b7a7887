/** Sourced by dhclient-script(8) before it acts; the name must be one that run-parts(8) takes. */
export const dhclientHookPath = '/etc/dhcp/dhclient-enter-hooks.d/rc-wait';

/**
 * The hook that keeps dhclient from bringing a default route on the given
 * interfaces; undefined when there is none. It takes the router (option 3) away
 * and, from the classless routes (option 121, RFC 3442: width, significant
 * octets, four octets of router), those of width 0. All other routes stay.
 * Without it, a lease that dhclient gets anew would try for a default route, and
 * two interfaces that come up at once would race for it.
 */
export function dhclientHook(interfaceNames: readonly string[]): string | undefined {
  // Names go into a shell pattern: only those that mean nothing to a shell.
  const names = [...new Set(interfaceNames)].filter((name) => /^[\w.:-]+$/.test(name));
  if (names.length === 0) return undefined;
  return `# Written by rc-wait: the default route of this server goes through another
# interface, so that of DHCP is left out on these. Removing this file undoes it.
rc_wait_routes() {
  kept=
  while [ $# -gt 0 ]; do
    width=$1 left=$((($1 + 7) / 8 + 5)) entry=
    while [ $left -gt 0 ] && [ $# -gt 0 ]; do
      entry="$entry $1" left=$((left - 1))
      shift
    done
    [ "$width" = 0 ] || kept="$kept$entry"
  done
  echo $kept
}
case "$interface" in
${names.join(' | ')})
  unset new_routers
  if [ -n "$new_rfc3442_classless_static_routes" ]; then
    new_rfc3442_classless_static_routes=$(rc_wait_routes $new_rfc3442_classless_static_routes)
  fi
  ;;
esac
`;
}
