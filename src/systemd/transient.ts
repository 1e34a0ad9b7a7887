import { spawn } from 'node:child_process';
import { reasonOf } from '../base/error.ts';

/** How a command in a transient service ended. */
export interface Ran {
  /** undefined: it was ended by a signal, or could not be started */
  readonly exit: number | undefined;
  readonly stdout: string;
  /** in words: `exit status 1`, `cannot be started: no such file or directory` */
  readonly how: string;
}

/**
 * What such a service may do: as little as changing the network takes. Routes
 * (NET_ADMIN); a file that is replaced keeps its owner (CHOWN, FOWNER), and may
 * belong to somebody else than root, with its folder (DAC_OVERRIDE). The
 * network's files include others from anywhere below /etc; netplan writes units
 * and rules below /run, and udevadm, which it runs, to /sys.
 */
const sandbox: readonly string[] = [
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

/** The arguments of systemd-run(1) for a command whose output comes back to us. */
export function transientArguments(description: string, command: readonly string[]): string[] {
  const properties = sandbox.map((property) => `--property=${property}`);
  const flags = ['--quiet', '--wait', '--pipe', '--collect', '--service-type=exec'];
  return [...flags, `--description=${description}`, ...properties, '--', ...command];
}

/**
 * Runs a command in a transient service of its own: for a process that has no
 * right to what the command does. It has no ordering, so it begins at once, also
 * in the middle of a boot, and it goes on when this process is killed. Never
 * throws. What it says on stderr goes to ours.
 */
export function runTransient(description: string, command: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn('systemd-run', transientArguments(description, command), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.once('error', (error) =>
      resolve({ exit: undefined, stdout, how: `cannot be started: ${reasonOf(error)}` }),
    );
    child.once('close', (code, signal) =>
      resolve({
        exit: code ?? undefined,
        stdout,
        how: code === null ? `ended by ${signal}` : `exit status ${code}`,
      }),
    );
  });
}
