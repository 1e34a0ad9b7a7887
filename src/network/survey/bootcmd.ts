import { isAlias, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A command of `bootcmd`. */
export interface BootcmdCommand {
  /** from 1 */
  readonly line: number;
  /** as sh(1) reads it */
  readonly command: string;
}

/** Without cloud-init it is of no use, and with this file cloud-init does not run (cloud-init's documentation, "How to disable cloud-init"). */
export const cloudInitOff = '/etc/cloud/cloud-init.disabled';

/** Globs of cloud-init's own configuration, and the user data of the instance, as cloud-init has merged it. */
export const cloudConfigs: readonly string[] = [
  '/etc/cloud/cloud.cfg',
  '/etc/cloud/cloud.cfg.d/*.cfg',
  '/var/lib/cloud/instance/cloud-config.txt',
];

/**
 * The commands of `bootcmd`, which cloud-init runs at every boot (`cc_bootcmd`, frequency "always"), unlike those of
 * `runcmd`. A text goes to sh(1); a list is run as it is. A file that is not YAML cloud-init passes over, too.
 */
export function bootcmdCommands(text: string): BootcmdCommand[] {
  if (!text.includes('bootcmd')) return [];
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' });
  if (document.errors.length > 0) return [];
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const list = resolved(document.get('bootcmd', true));
  if (!isSeq(list)) return [];
  return list.items.flatMap((item) => {
    const at = (item as Node | null)?.range?.[0] ?? 0;
    const command = commandOf(resolved(item), resolved);
    if (command === undefined || rarer.test(command)) return [];
    return [{ line: lines.linePos(at).line, command }];
  });
}

/** Not at every boot: cloud-init-per(1) with `once` or `instance`. */
const rarer = /^'?cloud-init-per'?\s+'?(once|instance)\b/;

function commandOf(item: unknown, resolved: (node: unknown) => unknown): string | undefined {
  if (isScalar(item)) return typeof item.value === 'string' ? item.value : undefined;
  if (!isSeq(item)) return undefined;
  const words = item.items.map((word) => resolved(word));
  return words.map((word) => quoted(isScalar(word) ? String(word.value) : '')).join(' ');
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
