import type { CheckId, PreflightFinding } from '../finding.ts';
import { type SshdSetting, type Statement, sshdSetting } from './settings.ts';

/** What the build of sshd does where the files say nothing. */
export interface SshdDefaults {
  readonly permitRootLogin: 'yes' | 'prohibit-password';
}

/** A release of a system, from os-release(5). */
interface Release {
  readonly id: string;
  readonly major: number;
}

/**
 * The default of PermitRootLogin: "prohibit-password" since OpenSSH 7.0. Red Hat's build kept "yes" up to RHEL 7,
 * SUSE's up to SLES 15 (allow_root_password_login.patch).
 */
export function sshdDefaults(osRelease: string): SshdDefaults {
  const { id, major } = releaseOf(osRelease);
  const isOldRedHat = ['rhel', 'centos', 'ol', 'scientific'].includes(id) && major <= 7;
  const isOldSuse = ['sles', 'sled', 'sles_sap', 'opensuse', 'opensuse-leap'].includes(id) && major <= 15;
  const isOldDebian = (id === 'debian' && major <= 8) || (id === 'ubuntu' && major <= 14);
  return { permitRootLogin: isOldRedHat || isOldSuse || isOldDebian ? 'yes' : 'prohibit-password' };
}

function releaseOf(osRelease: string): Release {
  const value = (key: string): string => {
    const line = osRelease.split('\n').find((one) => one.startsWith(`${key}=`)) ?? '';
    return line.slice(key.length + 1).replace(/["'\s]/g, '');
  };
  const major = Number.parseInt(value('VERSION_ID'), 10);
  return { id: value('ID').toLowerCase(), major: Number.isNaN(major) ? Number.POSITIVE_INFINITY : major };
}

const why = {
  'ssh-root-login': 'RackConnect logs in by SSH as root, with the password that the server was built with',
  'ssh-password': 'RackConnect logs in by SSH with a password',
} as const;

const remedies = {
  'ssh-root-login': 'PermitRootLogin yes, until the automation is DEPLOYED',
  'ssh-password': 'PasswordAuthentication yes, until the automation is DEPLOYED',
} as const;

/** Whether root may log in by SSH with a password (PermitRootLogin). */
export function checkRootLogin(
  statements: readonly Statement[],
  main: string,
  defaults: SshdDefaults,
): readonly PreflightFinding[] {
  const setting = sshdSetting(statements, 'permitrootlogin');
  return [
    judged('ssh-root-login', setting, {
      good: ['yes'],
      fallback: defaults.permitRootLogin,
      none: `${main}: no PermitRootLogin, so it is ${defaults.permitRootLogin}`,
      bad: 'root cannot log in with a password',
    }),
  ];
}

/** Whether sshd takes passwords (PasswordAuthentication, AuthenticationMethods). */
export function checkPassword(statements: readonly Statement[], main: string): readonly PreflightFinding[] {
  const id = 'ssh-password';
  const password = judged(id, sshdSetting(statements, 'passwordauthentication'), {
    good: ['yes'],
    fallback: 'yes',
    none: `${main}: no PasswordAuthentication, so it is yes`,
    bad: 'sshd takes no password',
  });
  const methods = checkMethods(sshdSetting(statements, 'authenticationmethods'));
  if (password.level === 'FAIL' && isByKeyboard(statements)) {
    const reason = `${why[id]}, and sshd takes one by keyboard-interactive alone, which not every client uses`;
    return [{ ...password, level: 'WARN', reason }, ...methods];
  }
  return methods.length > 0 && password.level === 'PASS' ? methods : [password, ...methods];
}

/** By keyboard-interactive PAM asks for the password as well. It needs UsePAM, which is off by default. */
function isByKeyboard(statements: readonly Statement[]): boolean {
  const word = (keyword: string) => sshdSetting(statements, keyword).sure?.args[0]?.toLowerCase();
  return (word('kbdinteractiveauthentication') ?? 'yes') === 'yes' && word('usepam') === 'yes';
}

/** Each argument is a list of methods that must all succeed; one argument is enough (sshd_config(5)). */
function checkMethods({ sure }: SshdSetting): readonly PreflightFinding[] {
  if (sure === undefined || sure.args.some((list) => ['any', 'password'].includes(list))) return [];
  const isKeyboard = sure.args.some((list) => /^keyboard-interactive(:pam)?$/.test(list));
  return [
    {
      id: 'ssh-password',
      level: isKeyboard ? 'WARN' : 'FAIL',
      line: sure.at,
      reason: `${why['ssh-password']}, and a password alone is not enough here`,
      remedy: 'no AuthenticationMethods, until the automation is DEPLOYED',
    },
  ];
}

interface Judge {
  readonly good: readonly string[];
  readonly fallback: string;
  /** the line for a keyword that is not there */
  readonly none: string;
  /** what a bad value means */
  readonly bad: string;
}

/** PASS or FAIL, or WARN if it depends on where RackConnect comes from. */
function judged(
  id: CheckId & keyof typeof why,
  { sure, possible }: SshdSetting,
  { good, fallback, none, bad }: Judge,
): PreflightFinding {
  const isGood = (statement: Statement | undefined): boolean =>
    good.includes((statement?.args[0] ?? fallback).toLowerCase());
  const line = sure?.at ?? none;
  const other = possible.find((statement) => isGood(statement) !== isGood(sure));
  if (other !== undefined) {
    const reason = `${why[id]}; a Match block decides whether it can, by where the connection comes from`;
    return { id, level: 'WARN', line: isGood(sure) ? other.at : line, reason, remedy: remedies[id] };
  }
  if (isGood(sure)) return { id, level: 'PASS', line, reason: `${why[id]}: it can` };
  return { id, level: 'FAIL', line, reason: `${why[id]}: ${bad}`, remedy: remedies[id] };
}
