import { inWords, runProgram, tail } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';

/** In characters: more than the answer of any change of the network has. */
const longestAnswer = 4 * 1024 * 1024;

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
  'ReadWritePaths=/etc /run /tmp /var/lib/rc-wait',
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
export async function runTransient(
  description: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = toolEnvironment(),
): Promise<Ran> {
  const answer = tail(longestAnswer);
  const end = await runProgram({
    argv: ['systemd-run', ...transientArguments(description, command)],
    env,
    stdout: answer.push,
    stderr: 'inherit',
  });
  return { exit: end.kind === 'exit' ? end.status : undefined, stdout: answer.text(), how: inWords(end) };
}
