/**
 * What a transient service that changes the network may do, as properties of systemd.exec(5): as little
 * as that takes. Routes (NET_ADMIN); a file that is replaced keeps its owner (CHOWN, FOWNER), and may
 * belong to somebody else than root, with its folder (DAC_OVERRIDE). The network's files include others
 * from anywhere below /etc; netplan writes units and rules below /run, and udevadm, which it runs, to /sys.
 */
export const networkSandbox: readonly string[] = [
  // Without it the service would wait for what the boot waits for, and the boot for the service.
  'DefaultDependencies=no',
  'CapabilityBoundingSet=CAP_NET_ADMIN CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE',
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  // "-": where it could not be made, the change itself says so, and not systemd in its place.
  'ReadWritePaths=/etc /run /tmp -/var/lib/rc-wait',
  'ProtectHome=read-only',
  'ProtectControlGroups=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'LockPersonality=yes',
  'RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  // A command of the stack that is under way is ended by rc-wait itself, or not at all.
  'KillMode=mixed',
];
