/** Sourced by dhclient-script(8) before it acts; its name must be one that run-parts(8) accepts. */
export const dhclientHookPath = '/etc/dhcp/dhclient-enter-hooks.d/rc-wait';

/**
 * The hook that keeps dhclient from bringing a default route on the given interfaces; undefined if none is
 * given. It drops the router (option 3) and the classless routes of width 0 (option 121, RFC 3442: width,
 * significant octets, four octets of router); all other routes stay. Without it, dhclient would try to set a
 * default route with each new lease, and two interfaces that come up at once would race for it.
 */
export function dhclientHook(interfaceNames: readonly string[]): string | undefined {
  // Names go into a shell pattern, so only those without special characters are used.
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
