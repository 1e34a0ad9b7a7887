import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { architectureOf } from '../architecture.ts';
import { type Sources, sourceFaults, versionFaults } from './ready.ts';
import { readSources } from './sources.ts';
import { makeSupervised } from './supervise.ts';
import { releaseText } from './tell.ts';
import { makeWorkplace, removeLeftovers, removeWorkplace } from './workplace.ts';

// Run by scripts/release in the project's root.
const help = `Usage: scripts/release VERSION [--out DIR] [--no-image] [--rehearse]

Makes every file of a release in packages/VERSION: .deb, .rpm and tarball for amd64 and arm64, the npm package,
the container image for rc-wait remote, an SBOM for each architecture, the notes, and SHA256SUMS.
It publishes nothing and makes no tag. It prints the commands that would.

Options:
  --out DIR    the folder for the files; it must not exist yet
  --no-image   leave the container image out, which needs a container engine
  --rehearse   go on where something keeps the version from being released, and compress less.
               Such files are not for publication.

Examples:
  scripts/release 0.2.0
  scripts/release 0.2.0 --rehearse --no-image --out packages/rehearsal

Exit status: 0; 1 where the sources are not ready or a file cannot be made; 64 for wrong usage; 69 where no
container engine answers, or a program is missing; 129, 130 or 143 where a signal stopped it, which leaves no files.
docs/releasing.md has the whole way.
`;

/** Prints why nothing is made, and ends. */
function refuse(status: number, what: string, reasons: readonly string[]): never {
  process.stderr.write(`release: ${what}:\n${reasons.map((reason) => `  ${reason}\n`).join('')}`);
  process.exit(status);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        'no-image': { type: 'boolean', default: false },
        rehearse: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(64, 'cannot read the command line', [reason, 'see: scripts/release --help']);
  }
}

/** What keeps the release from being made; ends where nothing, not even a rehearsal, can be made. */
function checked(sources: Sources, isRehearsal: boolean): readonly string[] {
  const { version } = sources;
  const wrong = versionFaults(sources);
  const faults = sourceFaults(sources);
  if (wrong.length > 0) refuse(64, `cannot release ${version}`, [...wrong, ...faults]);
  if (faults.length > 0 && !isRehearsal)
    refuse(1, `cannot release ${version}`, [...faults, 'to try the rest all the same: --rehearse']);
  for (const fault of faults) process.stderr.write(`release: a release would be refused: ${fault}\n`);
  return faults;
}

/** Ends where a program is missing: before the work of minutes. */
function ensurePrograms(hasImage: boolean): void {
  const needed: readonly (readonly [string, ...string[]])[] = [
    ['scripts/tools', 'dpkg-deb', 'rpmbuild', 'strip', 'readelf'],
    ...(hasImage ? [['scripts/engine'] as const] : []),
  ];
  for (const [script, ...argv] of needed) {
    const { status } = spawnSync(script, argv, { stdio: 'inherit' });
    if (status === 0) continue;
    const way = script === 'scripts/engine' ? ['leave the image out by: --no-image'] : [];
    refuse(status ?? 1, 'cannot begin', [`${script} failed: the reason is above`, ...way]);
  }
}

const { values, positionals } = readArguments();
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const [version, ...more] = positionals;
if (version === undefined || more.length > 0)
  refuse(64, 'cannot read the command line', ['one VERSION is expected', 'see: scripts/release --help']);
const { rehearse: isRehearsal, 'no-image': isWithoutImage, out: folder = join('packages', version) } = values;
const sources = readSources(version);
const faults = checked(sources, isRehearsal);
if (existsSync(folder))
  refuse(1, `cannot write ${folder}`, ['it exists already; remove it, or name another by: --out DIR']);
ensurePrograms(!isWithoutImage);

const parents = { scratch: tmpdir(), out: dirname(folder) };
const names = { scratch: 'rc-wait-release', out: '.release' };
for (const left of [
  ...removeLeftovers(parents.scratch, names.scratch),
  ...removeLeftovers(parents.out, names.out),
])
  process.stderr.write(`release: removed ${left}, left by a run that was killed\n`);
const scratch = makeWorkplace(parents.scratch, names.scratch);
const out = makeWorkplace(parents.out, names.out);
try {
  const made = await makeSupervised({
    version,
    architectures: ['amd64', 'arm64'].flatMap((name) => architectureOf(name) ?? []),
    hasImage: !isWithoutImage,
    isFast: isRehearsal,
    scratch,
    out,
  });
  if ('exitStatus' in made) process.exitCode = made.exitStatus;
  else {
    // Whole or not at all: a release that is broken off leaves no folder that looks like one.
    chmodSync(out, 0o755);
    renameSync(out, folder);
    const commit = 'commit' in sources.history ? sources.history.commit : undefined;
    process.stdout.write(
      releaseText({ version, folder, commit, files: made.files, faults: reasonsAgainst() }),
    );
  }
} finally {
  removeWorkplace(scratch);
  removeWorkplace(out);
}

/** Why these files are not for publication. */
function reasonsAgainst(): readonly string[] {
  return isRehearsal ? ['they were made by --rehearse, compressed less', ...faults] : faults;
}
