import { readFileSync, writeFileSync } from 'node:fs';

// node scripts/complete-lock.ts, after `npm install` changed package-lock.json
//
// npm leaves optional packages for other platforms out of the lock file if its registry lacks them; `npm ci`
// then refuses that lock file. This adds them by version and platform: on this platform they are never fetched.

interface Entry {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const path = 'package-lock.json';
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, Entry> };
const { packages } = lock;

/** Whether Node finds `name` from `folder` by looking upwards. */
function isLocked(name: string, folder: string): boolean {
  const here = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
  if (packages[here] !== undefined) return true;
  if (folder === '') return false;
  const above = folder.lastIndexOf('/node_modules/');
  return isLocked(name, above === -1 ? '' : folder.slice(0, above));
}

/** The platform of a package, from the words of its name: `binding-linux-x64-musl`. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/);
  const os = words.find((word) =>
    ['android', 'darwin', 'freebsd', 'win32', 'openharmony', 'linux'].includes(word),
  );
  const cpu = words.find((word) =>
    ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'].includes(word),
  );
  if (os === undefined || cpu === undefined)
    throw new Error(`cannot tell the platform of ${name} by its name`);
  return { os: [os], cpu: [cpu], ...(/musl/.test(name) ? { libc: ['musl'] } : {}) };
}

for (const [folder, { optionalDependencies = {}, dev }] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(name, folder)) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version))
      throw new Error(`cannot lock ${name}: ${version} is no exact version`);
    packages[`node_modules/${name}`] = {
      version,
      ...(dev ? { dev } : {}),
      optional: true,
      ...platformOf(name),
    };
    console.log(`added ${name} ${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
