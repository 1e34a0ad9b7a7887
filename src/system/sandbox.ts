/**
 * The least rights that a transient service needs to change the network, as properties of systemd.exec(5).
 * It sets routes (NET_ADMIN). A replaced file keeps its owner (CHOWN, FOWNER), and it and its folder may
 * belong to a user other than root (DAC_OVERRIDE). Network files include others from anywhere below /etc;
 * netplan writes units and rules below /run, and udevadm, which it runs, writes to /sys.
 */
export const networkSandbox: readonly string[] = [
  // With default dependencies the service would wait for the boot, and the boot for the service.
  'DefaultDependencies=no',
  'CapabilityBoundingSet=CAP_NET_ADMIN CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE',
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  // "-": if the folder could not be created, the change reports it; otherwise systemd would refuse to start.
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
  // Only rc-wait may end a running command of the stack.
  'KillMode=mixed',
];
