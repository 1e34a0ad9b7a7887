import type { PlainFile, PreflightFinding } from '../finding.ts';
import { withDump } from './dumped.ts';
import { checkListen } from './listen.ts';
import { checkPassword, checkRootLogin, sshdDefaults } from './login.ts';
import { type RootLogin, type SshdFiles, statementsFor } from './settings.ts';
import { checkUsers } from './users.ts';

/** What is known of the SSH server. */
export interface SshSeen {
  /** the path of sshd; undefined: it is not installed */
  readonly program: string | undefined;
  /** the unit that is masked; undefined: none is */
  readonly masked: string | undefined;
  /** undefined: there is no sshd_config */
  readonly files: SshdFiles | undefined;
  /** what `sshd -T` printed; undefined: it was not asked, or gave no answer */
  readonly dump: string | undefined;
  /** why `sshd -T` gave no answer, if it was asked */
  readonly dumpFault: string | undefined;
  /** os-release(5) */
  readonly osRelease: string;
  readonly options: readonly PlainFile[];
  readonly sockets: readonly PlainFile[];
  readonly root: RootLogin;
}

/** Everything about logging in by SSH. */
export function checkSsh(seen: SshSeen): readonly PreflightFinding[] {
  const { program, masked, files, dump, dumpFault, osRelease, options, sockets, root } = seen;
  const server = checkServer(program, masked, files, dumpFault);
  if (files === undefined) return [server];
  const { main } = files;
  const own = statementsFor(files, root);
  const statements = dump === undefined ? own : withDump(own, dump);
  return [
    server,
    ...checkListen({ statements, main, options, sockets }),
    ...checkRootLogin(statements, main, sshdDefaults(osRelease)),
    ...checkPassword(statements, main),
    ...checkUsers(statements, main, root),
  ];
}

function checkServer(
  program: string | undefined,
  masked: string | undefined,
  files: SshdFiles | undefined,
  dumpFault: string | undefined,
): PreflightFinding {
  const id = 'ssh-server';
  const why = 'RackConnect logs in by SSH';
  if (program === undefined)
    return {
      id,
      level: 'FAIL',
      line: 'sshd: in no folder of the PATH',
      reason: `${why}: no SSH server is installed`,
      remedy: 'install the package openssh-server',
    };
  if (files === undefined)
    return {
      id,
      level: 'FAIL',
      line: '/etc/ssh/sshd_config: there is none',
      reason: `${why}: sshd does not start without its configuration`,
      remedy: 'install the package openssh-server again',
    };
  if (masked !== undefined)
    return {
      id,
      level: 'FAIL',
      line: `${masked}: /dev/null`,
      reason: `${why}: the SSH server is masked, and never starts`,
      remedy: 'systemctl unmask ssh.service sshd.service',
    };
  if (dumpFault !== undefined)
    return {
      id,
      level: 'FAIL',
      line: `sshd -T: ${dumpFault}`,
      reason: `${why}: sshd refuses its own configuration`,
      remedy: 'mend what sshd -t names',
    };
  return { id, level: 'PASS', line: program, reason: `${why}: there is a server` };
}
