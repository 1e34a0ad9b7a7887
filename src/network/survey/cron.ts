/** A command of a crontab. */
export interface CronCommand {
  /** from 1 */
  readonly line: number;
  readonly command: string;
  /** its variables, as assignments for a shell */
  readonly variables: string;
  /** its time is `@reboot` */
  readonly isAtBoot: boolean;
}

/** The table of anacron(8). */
const anacrontab = '/etc/anacrontab';

/** Globs of all crontabs: anacron's, those of the system, and those of users in the folders of Debian, RHEL and SUSE. */
export const crontabs: readonly string[] = [
  anacrontab,
  '/etc/crontab',
  '/etc/cron.d/*',
  '/var/spool/cron/*',
  '/var/spool/cron/crontabs/*',
  '/var/spool/cron/tabs/*',
];

/** Whether a crontab is a user's own, without a column for the user. */
export function isOfUser(path: string): boolean {
  return path.startsWith('/var/');
}

/** The commands of a crontab, or of anacrontab(5), that run as root, or as somebody who becomes root by sudo(8) (crontab(5)). */
export function cronCommands(path: string, text: string): CronCommand[] {
  let variables = '';
  if (/(~|\.(bak|old|orig|rpmnew|rpmsave|dpkg-\w+))$/.test(path)) return [];
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    const [, name, value] = /^([A-Za-z_]\w*)\s*=\s*["']?([\w.:/-]*)["']?$/.exec(line) ?? [];
    if (name !== undefined) variables += `${name}=${value}\n`;
    // anacrontab(5) has the period, the delay and a name before the command, and no column for the user.
    const isAnacron = path === anacrontab;
    const [time = '', rest = ''] = parted(line, isAnacron ? 3 : line.startsWith('@') ? 1 : 5);
    if (!/^(@[a-z]|[\d*])/.test(time) || rest === '') return [];
    const [column = '', after = ''] = parted(rest, 1);
    const [owner, whole] = isAnacron
      ? ['root', rest]
      : isOfUser(path)
        ? [path.slice(path.lastIndexOf('/') + 1), rest]
        : [column, after];
    // An unescaped "%" begins the standard input.
    const command = isAnacron ? whole : whole.replace(/(?<!\\)%.*/, '').replace(/\\%/g, '%');
    if (owner !== 'root' && !/\bsudo\b/.test(command)) return [];
    return [{ line: index + 1, command, variables, isAtBoot: time === '@reboot' }];
  });
}

/** The first words of a line, and the rest. */
function parted(line: string, count: number): [string, string] {
  let at = 0;
  for (let words = 0; words < count; words += 1) {
    at += Math.max(0, line.slice(at).search(/\s|$/));
    at += Math.max(0, line.slice(at).search(/\S|$/));
  }
  return [line.slice(0, at).trim(), line.slice(at)];
}
