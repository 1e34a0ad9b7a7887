import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';

const repository = new URL('../..', import.meta.url).pathname;

/** A path in /tmp that a flag or a redirection names: whoever makes it first decides what lies there. */
const fixed = /(?:--[\w-]+[ =]|>\s*)\/tmp\/|\bcd \/tmp/;

function textsBelow(folder: string): readonly string[] {
  return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it('no page and no file of the package has an example with a fixed path in /tmp', () => {
  const paths = [join(repository, 'README.md'), ...['docs', 'packaging', 'systemd'].flatMap(textsBelow)];
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => fixed.test(readFileSync(path, 'utf8')))).toEqual([]);
});

it.each(commands.map(({ name, examples }) => [name, examples] as const))(
  'nor has the help of rc-wait %s',
  (_, examples) => {
    expect(examples.map(([line]) => line).filter((line) => fixed.test(line))).toEqual([]);
  },
);
