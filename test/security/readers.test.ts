import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const source = new URL('../../src', import.meta.url).pathname;

/** They read what the kernel makes up in /proc. */
const ofProc = [
  'system/boot.ts',
  'app/wait/around-boot.ts',
  'report/screen/live-block.ts',
  'app/wait/journal-end.ts',
  'system/foreground.ts',
  'system/witness.ts',
  'systemd/starters.ts',
  'system/remote-mounts.ts',
  'network/change/running-command.ts',
  'system/process-identity.ts',
];

/** It reads the project's own sources; in the program that ships their text stands in its place. */
const ofTheBuild = ['report/remote/page/inline.ts'];

/** They write to a descriptor alone, which they have opened as a new file. */
const toDescriptors = ['base/files.ts', 'app/remote/report.ts'];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }));

/** The files of src, but for these, that import one of these names from node:fs. */
function importing(names: RegExp, ...but: readonly string[]): readonly string[] {
  const imports = /import \{([^}]*)\} from 'node:fs(?:\/promises)?'/g;
  const isImporting = (text: string) =>
    [...text.matchAll(imports)].some(([, list]) => names.test(list ?? ''));
  return files.filter(({ name, text }) => !but.includes(name) && isImporting(text)).map(({ name }) => name);
}

it('no file reads another in a way that may wait for ever, or has no bound', () => {
  expect(importing(/\b(readFile|readFileSync|createReadStream)\b/, ...ofProc, ...ofTheBuild)).toEqual([]);
});

it('no file makes folders by the loop of Node that may have no end', () => {
  expect(
    files.filter(({ text }) => /mkdir(?:Sync)?\([^;]*recursive: true/.test(text)).map(({ name }) => name),
  ).toEqual([]);
});

it('no file writes another by its path but as a new one', () => {
  expect(
    importing(/\b(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream)\b/, ...toDescriptors),
  ).toEqual([]);
});
