import { type PreflightFinding, skipped } from '../../preflight/finding.ts';
import { checkSsh } from '../../preflight/ssh/check.ts';
import { type SshdFiles, sshdIncludes } from '../../preflight/ssh/settings.ts';
import type { Run } from '../../system/tool.ts';
import { isEnabled, maskOf, unitPaths } from '../../system/units/listing.ts';
import type { PreflightTree } from './tree.ts';

/** More files than any server has. */
const mostFiles = 200;

/** In ms. `sshd -T` reads files alone. */
const limitMs = 10_000;

/** A connection as RackConnect's; where it comes from is made up, since that is not documented (RFC 5737). */
const connection = 'user=root,host=rackconnect.invalid,addr=192.0.2.1,laddr=10.208.0.2,lport=22';

/** Where sshd's configuration is; the second is SUSE's, used where the owner has none. */
const mains = ['/etc/ssh/sshd_config', '/usr/etc/ssh/sshd_config'];

/** Looks at the SSH server. @param run starts programs; undefined: the tree does not run, or not root */
export async function lookAtSsh(
  tree: PreflightTree,
  run: Run | undefined,
): Promise<readonly PreflightFinding[]> {
  const files = await sshdFiles(tree);
  if (typeof files === 'string') return sshIds.map((id) => skipped(id, files));
  const program = await tree.program('sshd');
  const dump = program === undefined || run === undefined ? undefined : await askSshd(program, run);
  const groups = await rootGroups(tree);
  const osRelease = await textOf(tree, '/etc/os-release', '/usr/lib/os-release');
  return checkSsh({
    program,
    masked: await maskedUnit(tree),
    files,
    dump: dump?.text,
    dumpFault: dump?.fault,
    osRelease,
    options: await tree.readAll(['/etc/default/ssh', '/etc/sysconfig/sshd', '/etc/sysconfig/ssh']),
    sockets: await enabledSocket(tree),
    root: { groups },
  });
}

const sshIds = ['ssh-server', 'ssh-port', 'ssh-root-login', 'ssh-password', 'ssh-users'] as const;

/** sshd_config and all that it includes; undefined: there is none; a string: why it cannot be read. */
async function sshdFiles(tree: PreflightTree): Promise<SshdFiles | undefined | string> {
  for (const main of mains) {
    const texts = new Map<string, string>();
    const included = new Map<string, readonly string[]>();
    const paths = [main];
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
      if (texts.has(path)) continue;
      const reading = await tree.read(path);
      if (reading.kind === 'unknown') return reading.why;
      if (reading.kind === 'absent') continue;
      texts.set(path, reading.value);
      if (texts.size > mostFiles) return `there are more than ${mostFiles} files of sshd`;
      for (const glob of sshdIncludes(reading.value)) {
        const found = await tree.expand(glob);
        included.set(glob, found);
        paths.push(...found);
      }
    }
    if (texts.has(main)) return { main, texts, included };
  }
  return undefined;
}

/** What `sshd -T` prints. Only a fault of the configuration counts: before its first start it lacks keys and folders. */
async function askSshd(
  program: string,
  run: Run,
): Promise<{ readonly text?: string; readonly fault?: string }> {
  const { ok, output } = await run({ argv: [program, '-T', '-C', connection], timeoutMs: limitMs });
  if (ok) return { text: output };
  const fault = output
    .split('\n')
    .find((line) => /^\/\S+(?: line |: line )\d+: |Bad configuration option/.test(line));
  return fault === undefined ? {} : { fault: fault.trim() };
}

/** The names of root's groups; group 0's first. */
async function rootGroups(tree: PreflightTree): Promise<readonly string[]> {
  const text = await textOf(tree, '/etc/group');
  const groups = text.split('\n').flatMap((line) => {
    const [name = '', , gid, members = ''] = line.trim().split(':');
    return gid === '0' || members.split(',').includes('root') ? [name] : [];
  });
  return groups.length === 0 ? ['root'] : groups;
}

/** The socket that takes connections in the place of sshd, as on Ubuntu since 22.10. */
async function enabledSocket(tree: PreflightTree) {
  const units = await tree.units();
  const socket = ['ssh.socket', 'sshd.socket'].find((unit) => isEnabled(units, unit));
  return socket === undefined ? [] : tree.readAll(unitPaths(units, socket));
}

/** Debian has ssh.service, others sshd.service; one that is masked counts unless a socket or the other starts sshd. */
async function maskedUnit(tree: PreflightTree): Promise<string | undefined> {
  const units = await tree.units();
  const starters = ['ssh.service', 'sshd.service', 'ssh.socket', 'sshd.socket'];
  if (starters.some((unit) => isEnabled(units, unit))) return undefined;
  return maskOf(units, 'ssh.service') ?? maskOf(units, 'sshd.service');
}

async function textOf(tree: PreflightTree, ...paths: readonly string[]): Promise<string> {
  const [file] = await tree.readAll(paths);
  return file?.text ?? '';
}
