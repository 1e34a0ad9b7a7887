import { checkRootPassword, rootAccount } from '../../preflight/account.ts';
import { checkIds, type PreflightFinding, skipped } from '../../preflight/finding.ts';
import { checkNfs } from '../../preflight/nfs.ts';
import { checkPrograms } from '../../preflight/programs.ts';
import { checkSelinux } from '../../preflight/selinux.ts';
import { isRunningSystem } from '../../system/root.ts';
import { type Run, runCommand } from '../../system/tool.ts';
import { isEnabled } from '../../system/units/listing.ts';
import { lookAtFilters } from './filters.ts';
import { lookAtPackages } from './packages.ts';
import { lookAtSsh } from './ssh.ts';
import { type PreflightTree, treeBelow } from './tree.ts';

/** What a look at the documented causes needs of the world. */
interface PreflightWorld {
  readonly root: string;
  /** default: starts programs of this system */
  readonly run?: Run;
  /** ms since 1970, UTC; default: now */
  readonly nowMs?: number;
}

const msPerDay = 86_400_000;
const notRoot = 'not root';

/** Looks for each documented cause of a FAILED automation. Changes nothing, and opens no connection. */
export async function lookForCauses(world: PreflightWorld): Promise<readonly PreflightFinding[]> {
  const { root, run = runCommand, nowMs = Date.now() } = world;
  const isUserRoot = process.geteuid?.() === 0;
  const tree = treeBelow(root);
  const isRunning = isRunningSystem(root);
  const runHere = isRunning && isUserRoot ? run : undefined;
  const isBlind = isRunning && !isUserRoot;
  const findings = [
    ...(await lookAtSsh(tree, runHere)),
    await lookAtPassword(tree, nowMs, !isRunning),
    await lookAtSelinux(tree, isRunning),
    ...(await lookAtPrograms(tree)),
    ...(await lookAtMounts(tree)),
    isBlind ? skipped('packet-filter', notRoot) : await lookAtFilters(tree, runHere),
    ...(isRunning ? lookAtPackages() : [skipped('package-manager', 'this is a disk that does not run')]),
  ];
  return checkIds.flatMap((id) => findings.filter((one) => one.id === id));
}

async function lookAtPassword(
  tree: PreflightTree,
  nowMs: number,
  isImage: boolean,
): Promise<PreflightFinding> {
  const reading = await tree.read('/etc/shadow');
  if (reading.kind === 'unknown') return skipped('root-password', reading.why);
  const text = reading.kind === 'known' ? reading.value : '';
  return checkRootPassword(rootAccount('/etc/shadow', text, Math.floor(nowMs / msPerDay)), isImage);
}

async function lookAtSelinux(tree: PreflightTree, isRunning: boolean): Promise<PreflightFinding> {
  const config = await tree.read('/etc/selinux/config');
  if (config.kind === 'unknown') return skipped('selinux', config.why);
  const enforce = isRunning ? await tree.read('/sys/fs/selinux/enforce') : undefined;
  if (enforce?.kind === 'unknown') return skipped('selinux', enforce.why);
  const bootPaths = [
    '/etc/default/grub',
    '/etc/kernel/cmdline',
    ...(await tree.expand('/boot/loader/entries/*.conf')),
  ];
  return checkSelinux({
    config: config.kind === 'known' ? { path: config.where, text: config.value } : undefined,
    kernel:
      enforce === undefined
        ? undefined
        : enforce.kind === 'absent'
          ? 'absent'
          : enforce.value.trim() === '1'
            ? 'enforcing'
            : 'permissive',
    bootFiles: await tree.readAll(bootPaths),
  });
}

async function lookAtPrograms(tree: PreflightTree): Promise<readonly PreflightFinding[]> {
  const [sed, awk, ip] = await Promise.all([tree.program('sed'), tree.program('awk'), tree.program('ip')]);
  return checkPrograms({ sed, awk, ip });
}

async function lookAtMounts(tree: PreflightTree): Promise<readonly PreflightFinding[]> {
  const fstab = await tree.read('/etc/fstab');
  if (fstab.kind === 'unknown') return [skipped('nfs', fstab.why)];
  const units = await tree.units();
  const mounts = await tree.expand('/etc/systemd/system/*.mount');
  const enabled = mounts.filter((path) => isEnabled(units, path.slice(path.lastIndexOf('/') + 1)));
  return checkNfs({
    fstab: fstab.kind === 'known' ? { path: fstab.where, text: fstab.value } : undefined,
    units: await tree.readAll(enabled),
  });
}
