import { lineAt, type PlainFile, type PreflightFinding } from './finding.ts';

const id = 'selinux';
const why = 'the automation fails where SELinux is enforcing';
const remedy = 'SELINUX=permissive in /etc/selinux/config, and setenforce 0 on the running server';

/** What is known of SELinux. */
export interface SelinuxSeen {
  /** /etc/selinux/config; undefined: it is not there */
  readonly config: PlainFile | undefined;
  /** /sys/fs/selinux/enforce; 'absent': the kernel runs without SELinux; undefined: a disk that does not run */
  readonly kernel: 'enforcing' | 'permissive' | 'absent' | undefined;
  /** files with the kernel's command line at the next boot */
  readonly bootFiles: readonly PlainFile[];
}

/** Whether SELinux is enforcing, now or from the next boot on. */
export function checkSelinux({ config, kernel, bootFiles }: SelinuxSeen): PreflightFinding {
  if (kernel === 'enforcing')
    return { id, level: 'FAIL', line: '/sys/fs/selinux/enforce:1: 1', reason: `${why}: it is`, remedy };
  if (config === undefined)
    return {
      id,
      level: 'PASS',
      line: '/etc/selinux/config: there is none',
      reason: `${why}: it is not here`,
    };
  const mode = modeOf(config);
  const line = mode?.at ?? `${config.path}: no SELINUX=`;
  if (mode === undefined && kernel === undefined)
    return { id, level: 'WARN', line, reason: `${why}: the file does not say whether it is`, remedy };
  if (mode?.value !== 'enforcing') return { id, level: 'PASS', line, reason: `${why}: it is not` };
  if (kernel !== undefined) {
    const reason = `${why}: it is not at present, and the file makes it so where the kernel has SELinux at boot`;
    return { id, level: 'WARN', line, reason, remedy };
  }
  const off = bootFiles.map(offLine).find((one) => one !== undefined);
  if (off !== undefined) {
    const reason = `${why}: the file says so, and the kernel's command line takes it back`;
    return { id, level: 'WARN', line: off, reason, remedy };
  }
  return { id, level: 'FAIL', line, reason: `${why}: it is at boot`, remedy };
}

/**
 * As `selinux_getenforcemode` of libselinux reads the file: the key begins the line, spaces may follow it, and only
 * the beginning of the word counts. The first line with a known word decides.
 */
function modeOf({ path, text }: PlainFile): { readonly value: string; readonly at: string } | undefined {
  for (const [index, line] of text.split('\n').entries()) {
    const [, value] = /^SELINUX=\s*(enforcing|permissive|disabled)/i.exec(line) ?? [];
    if (value !== undefined) return { value: value.toLowerCase(), at: lineAt(path, index, line) };
  }
  return undefined;
}

/** The line that switches SELinux off by a parameter of the kernel. */
function offLine({ path, text }: PlainFile): string | undefined {
  const lines = text.split('\n');
  const index = lines.findIndex(
    (line) => !/^\s*#/.test(line) && /(?:^|[\s"'=])(?:selinux|enforcing)=0\b/.test(line),
  );
  return index === -1 ? undefined : lineAt(path, index, lines[index] ?? '');
}
