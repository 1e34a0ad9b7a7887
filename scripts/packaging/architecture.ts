import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage } from './fetched.ts';

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

/** The Node of another architecture, as the lock file has it: npm installs only this machine's. */
function fetchNode(architecture: Architecture): string {
  const name = nodePackage(architecture);
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { version, integrity } = packages[`node_modules/${name}`];
  return fetchPackage({ name, version, integrity });
}
