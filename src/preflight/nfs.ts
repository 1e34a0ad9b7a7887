import { lineAt, type PlainFile, type PreflightFinding } from './finding.ts';

const id = 'nfs';
const why = 'the automation fails where NFS is mounted before RackConnect has set the network';
const remedy =
  'noauto, or nofail,x-systemd.requires=rackconnect-deployed.target,x-systemd.wanted-by=rackconnect-deployed.target';
const target = 'rackconnect-deployed.target';

/** Mounts at boot that may come too early. */
export interface MountsSeen {
  /** undefined: there is no /etc/fstab */
  readonly fstab: PlainFile | undefined;
  /** units of type mount that a target wants, without those that fstab makes */
  readonly units: readonly PlainFile[];
}

/** Whether NFS is mounted at boot, before the automation has ended. */
export function checkNfs({ fstab, units }: MountsSeen): readonly PreflightFinding[] {
  const findings = [
    ...(fstab === undefined
      ? []
      : fstab.text.split('\n').flatMap((line, index) => ofFstab(fstab.path, line, index))),
    ...units.flatMap(ofUnit),
  ];
  const bad = findings.filter(({ level }) => level !== 'PASS');
  if (bad.length > 0) return bad;
  const fallback = `${fstab?.path ?? '/etc/fstab'}: ${fstab === undefined ? 'there is none' : 'no NFS'}`;
  return [{ id, level: 'PASS', line: findings[0]?.line ?? fallback, reason: `${why}: none is` }];
}

/** fstab(5): six fields, and a line that begins with "#" is a comment. */
function ofFstab(path: string, line: string, index: number): readonly PreflightFinding[] {
  const [source = '', , type = '', options = ''] = line.trim().split(/\s+/);
  if (source.startsWith('#') || !isNfs(source, type)) return [];
  const words = options.split(',');
  return [finding(lineAt(path, index, line), words)];
}

/** mount(8) takes HOST:PATH for NFS where no type is named. */
function isNfs(source: string, types: string): boolean {
  const names = types.split(',');
  return names.some((type) => /^nfs4?$/.test(type)) || (names.includes('auto') && /^[^/]+:\//.test(source));
}

function finding(line: string, words: readonly string[]): PreflightFinding {
  if (words.includes('noauto') || words.includes('x-systemd.automount'))
    return { id, level: 'PASS', line, reason: `${why}: not at boot` };
  const isAfter = words.some(
    (word) => /^x-systemd\.(?:requires|after|wanted-by|required-by)=/.test(word) && word.endsWith(target),
  );
  const isOptional = words.includes('nofail');
  if (isAfter && isOptional) return { id, level: 'PASS', line, reason: `${why}: after RackConnect` };
  if (isAfter) {
    const reason = `${why}: without nofail, logins wait for it, and RackConnect logs in`;
    return { id, level: 'FAIL', line, reason, remedy };
  }
  if (isOptional || words.includes('bg')) {
    const reason = `${why}: the boot does not wait for it, and tries it at once`;
    return { id, level: 'WARN', line, reason, remedy };
  }
  return { id, level: 'FAIL', line, reason: `${why}: it is mounted at boot`, remedy };
}

/** A unit of systemd.mount(5). */
function ofUnit({ path, text }: PlainFile): readonly PreflightFinding[] {
  const lines = text.split('\n');
  const value = (key: string): string =>
    lines
      .findLast((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1)
      .trim() ?? '';
  if (!isNfs(value('What'), value('Type') || 'auto')) return [];
  const index = lines.findIndex((line) => line.startsWith('What='));
  const line = lineAt(path, index, lines[index] ?? '');
  const isAfter = lines.some(
    (one) => /^(?:After|Requires|Requisite|BindsTo)=/.test(one) && one.includes(target),
  );
  const words = [...value('Options').split(','), ...(isAfter ? [`x-systemd.after=${target}`] : [])];
  return [finding(line, words)];
}
