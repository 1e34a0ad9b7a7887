/** How bad a finding is. SKIP: it could not be looked at, which says nothing about it. */
export type Level = 'PASS' | 'WARN' | 'FAIL' | 'SKIP';

/** The checks, in the order in which they are shown. An interface: ids are only ever added. */
export const checkIds = [
  'ssh-server',
  'ssh-port',
  'ssh-root-login',
  'ssh-password',
  'ssh-users',
  'root-password',
  'selinux',
  'programs',
  'nfs',
  'packet-filter',
  'package-manager',
] as const;

/** The name of a check. */
export type CheckId = (typeof checkIds)[number];

/** What one check found about one documented cause of a FAILED automation. */
export interface PreflightFinding {
  readonly id: CheckId;
  readonly level: Level;
  /** what it rests on: `/etc/ssh/sshd_config:12: PermitRootLogin no`; never a secret */
  readonly line?: string;
  /** what it means for RackConnect */
  readonly reason: string;
  /** the way out of a WARN or FAIL */
  readonly remedy?: string;
}

/** A file's path on the server, and its text. */
export interface PlainFile {
  readonly path: string;
  readonly text: string;
}

/** One line of a file, as findings quote it; `index` counts from 0. */
export function lineAt(path: string, index: number, text: string): string {
  const trimmed = text.trim();
  return `${path}:${index + 1}: ${trimmed.length <= longestQuote ? trimmed : `${trimmed.slice(0, longestQuote)}…`}`;
}

/** In characters: enough to find the line again. */
const longestQuote = 160;

/** A finding that nothing could be looked at, with the reason. */
export function skipped(id: CheckId, why: string): PreflightFinding {
  return { id, level: 'SKIP', reason: `cannot be looked at: ${why}` };
}
