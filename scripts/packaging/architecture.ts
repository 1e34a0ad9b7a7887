import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** An architecture of which Node is pinned. */
export interface Architecture {
  /** Node's name for it, as in `process.arch` */
  readonly node: string;
  /** Debian's name */
  readonly debian: string;
  /** rpm's name */
  readonly rpm: string;
  /** that of its tools and libraries: a triplet of GNU's, in the short form of Debian's */
  readonly triplet: string;
}

const pinned: readonly Architecture[] = [
  { node: 'x64', debian: 'amd64', rpm: 'x86_64', triplet: 'x86_64-linux-gnu' },
  { node: 'arm64', debian: 'arm64', rpm: 'aarch64', triplet: 'aarch64-linux-gnu' },
];

/** The architecture by Debian's name, or that of this machine; undefined where no Node is pinned for it. */
export function architectureOf(debian: string | undefined): Architecture | undefined {
  return pinned.find((one) => (debian === undefined ? one.node === process.arch : one.debian === debian));
}

/** What a package of an architecture is made with. */
export interface Toolchain {
  /** the folder in which node_modules holds its Node */
  readonly root: string;
  /** the command of strip(1) for it */
  readonly strip: string;
  /** what a program of it is run by; empty: by this machine */
  readonly emulator: readonly string[];
}

/** The name of the npm package with the Node of an architecture. */
export const nodePackage = ({ node }: Architecture): string => `node-linux-${node}`;

/** The tools for an architecture: Debian's for a foreign one, and its Node from the npm registry, by the lock file. */
export function toolchainOf(architecture: Architecture): Toolchain {
  if (architecture.node === process.arch) return { root: '.', strip: 'strip', emulator: [] };
  const { triplet, rpm } = architecture;
  const [strip, emulator] = [`${triplet}-strip`, `qemu-${rpm}-static`];
  execFileSync(
    join(import.meta.dirname, '../tools'),
    [strip, emulator, `/usr/${triplet}/lib/libstdc++.so.6`],
    {
      stdio: 'inherit',
    },
  );
  return { root: fetchNode(architecture), strip, emulator: [emulator, '-L', `/usr/${triplet}`] };
}

/** npm installs the Node of this machine alone: that of another is fetched. The folder whose node_modules it is in. */
function fetchNode(architecture: Architecture): string {
  const name = nodePackage(architecture);
  const locked = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages[`node_modules/${name}`];
  const root = join('.cache', `${name}-${locked.version}`);
  if (existsSync(root)) return root;
  mkdirSync('.cache', { recursive: true });
  const scratch = mkdtempSync('.cache/fetch-');
  try {
    const packed = ['pack', '--silent', '--pack-destination', scratch, `${name}@${locked.version}`];
    const file = execFileSync('npm', packed, { encoding: 'utf8', timeout: 600_000 }).trim();
    const archive = join(scratch, file);
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (locked.integrity !== `sha512-${digest}`)
      throw new Error(`cannot use ${file}: it is not what package-lock.json says`);
    const folder = join(scratch, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', '--no-same-owner']);
    rmSync(archive);
    renameSync(scratch, root);
    return root;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
