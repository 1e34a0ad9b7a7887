import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** An architecture with a pinned Node. */
export interface Architecture {
  /** Node's name for it, as in `process.arch` */
  readonly node: string;
  /** Debian's name */
  readonly debian: string;
  /** rpm's name */
  readonly rpm: string;
  /** the prefix of its tools and libraries: a GNU triplet in Debian's short form */
  readonly triplet: string;
}

const pinned: readonly Architecture[] = [
  { node: 'x64', debian: 'amd64', rpm: 'x86_64', triplet: 'x86_64-linux-gnu' },
  { node: 'arm64', debian: 'arm64', rpm: 'aarch64', triplet: 'aarch64-linux-gnu' },
];

/** The architecture with that Debian name, or this machine's; undefined if no Node is pinned for it. */
export function architectureOf(debian: string | undefined): Architecture | undefined {
  return pinned.find((one) => (debian === undefined ? one.node === process.arch : one.debian === debian));
}

/** The tools that make the packages of an architecture. */
export interface Toolchain {
  /** the folder in which node_modules holds its Node */
  readonly root: string;
  /** the strip(1) command for it */
  readonly strip: string;
  /** the command that runs its programs; empty: this machine runs them itself */
  readonly emulator: readonly string[];
}

/** The npm package with the Node of an architecture. */
export const nodePackage = ({ node }: Architecture): string => `node-linux-${node}`;

/** The tools for an architecture: Debian's for a foreign one, and its Node from the npm registry by the lock file. */
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

/**
 * Fetches the Node of another architecture, because npm installs only this machine's. Returns the folder that
 * holds its node_modules.
 */
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
