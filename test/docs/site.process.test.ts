import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';
import { node, startProgram } from '../process/program.ts';
import { filesBelow } from '../support/files-below.ts';

const root = join(import.meta.dirname, '../..');

/** Runs what scripts/site runs, in a shell that first does something else. */
function site(argv: readonly string[], before = ':', env: Readonly<Record<string, string>> = {}) {
  const line = `cd "$1" && shift && ${before} && exec "$0" scripts/site.d/main.ts "$@"`;
  return startProgram(['sh', '-c', line, node, root, ...argv], env).ended;
}

/** The files below a folder, with what is in them. */
const contentOf = (folder: string) =>
  new Map(
    filesBelow(folder, /./).map((path) => [path.slice(folder.length + 1), readFileSync(path, 'base64')]),
  );

describe('scripts/site', () => {
  it('writes the same bytes twice, whatever the time zone, the umask and what was there', async () => {
    const [one, other] = [join(scratch(), 'site'), join(scratch(), 'site')];
    expect(await site(['--out', one])).toEqual({ exit: 0, out: `${join(one, 'index.html')}\n`, err: '' });
    mkdirSync(join(other, 'assets'), { recursive: true });
    writeFileSync(join(other, 'assets/search-index.js'), '');
    writeFileSync(join(other, 'old.html'), '');
    expect(await site(['--out', other], 'umask 077', { TZ: 'Asia/Tokyo', LC_ALL: 'C' })).toMatchObject({
      exit: 0,
    });
    const made = contentOf(one);
    expect([...made.keys()]).toEqual(
      expect.arrayContaining(['index.html', 'assets/site.js', 'assets/site.css']),
    );
    expect(contentOf(other)).toEqual(made);
    const script = readFileSync(join(one, 'assets/site.js'), 'utf8');
    expect(script).toContain('Copyright 2022 Luca Ongaro');
    expect(script).not.toContain(root);
  });

  it('removes no folder that is not a site', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'mine'), '');
    expect(await site(['--out', folder])).toEqual({
      exit: 1,
      out: '',
      err: `site: cannot write ${folder}: it exists, and is no site; remove it, or name another by: --out DIR\n`,
    });
    expect(readdirSync(folder)).toEqual(['mine']);
  });

  it('has a help, and names it for what it does not know', async () => {
    expect(await site(['--help'])).toMatchObject({
      exit: 0,
      out: expect.stringContaining('\nExamples:\n'),
      err: '',
    });
    for (const argv of [['--output', 'x'], ['x']]) {
      const { exit, err } = await site(argv);
      expect({ argv, exit }).toEqual({ argv, exit: 64 });
      expect(err).toContain('see: scripts/site --help');
    }
  });
});
