import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { fishCompletion } from '../../../src/cli/completion/fish.ts';
import { zshCompletion } from '../../../src/cli/completion/zsh.ts';
import { surfaceOf } from '../../../src/cli/surface.ts';
import { limitsMs } from '../../support/limits.ts';
import { scratch } from '../harness.ts';

const folder = scratch();
const offersScript = join(import.meta.dirname, '../../system/package/fixture/offers.zsh');

/** Whether there is such a shell. Where there is none, test/system/package/shells.test.ts installs it. */
function has(shell: string): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeAll(() => {
  writeFileSync(join(folder, '_rc-wait'), zshCompletion(surfaceOf(commands)));
  writeFileSync(join(folder, 'rc-wait.fish'), fishCompletion(surfaceOf(commands)));
});

const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, {
    encoding: 'utf8',
    cwd: folder,
    timeout: limitsMs.process,
    env: { ...process.env, HOME: folder },
  });

/** What a shell offers after each of these lines, without descriptions, in the order of the alphabet. */
type Offers = (lines: readonly string[]) => ReadonlyMap<string, readonly string[]>;

const offeredBy = (lines: readonly string[], texts: readonly string[]): ReturnType<Offers> =>
  new Map(
    lines.map((line, index) => [
      line,
      (texts[index] ?? '')
        .split('\n')
        .filter((text) => text.trim() !== line.trim())
        // A word and its short form stand in one line.
        .flatMap((text) => (/^(.*?)(?: +-- |\t|$)/.exec(text)?.[1] ?? '').split(/ {2,}/))
        .map((word) => word.trim())
        .filter((word) => word !== '' && word !== '-h')
        .sort(),
    ]),
  );

const zsh: Offers = (lines) =>
  offeredBy(
    lines,
    run('zsh', '-f', offersScript, folder, ...lines)
      .replaceAll('\r', '')
      .split('</offers>\n'),
  );

const fish: Offers = (lines) => {
  const script = 'source $argv[1]; for line in $argv[2..]; complete -C $line; echo "</offers>"; end';
  return offeredBy(
    lines,
    run('fish', '--no-config', '-c', script, join(folder, 'rc-wait.fish'), ...lines).split('</offers>\n'),
  );
};

const shown = surfaceOf(commands);

// One shell for all lines of a test: a zsh takes a second to start.
describe.each([
  ['zsh', zsh],
  ['fish', fish],
])('completion in a real %s', (shell, offers) => {
  it.runIf(has(shell))('offers the flags of each command, and no others', () => {
    const line = (name: string): string => `rc-wait ${name} --`;
    const found = offers(shown.map(({ name }) => line(name)));
    for (const { name, flags } of shown) {
      const expected = [...flags.map((flag) => `--${flag.name}`), '--help'].sort();
      const words = found.get(line(name))?.filter((word) => word !== '--version');
      expect(words, name).toEqual(expected);
    }
  });

  it.runIf(has(shell))(
    'offers the words of each group, also where its first word is a command itself',
    () => {
      const found = offers(['rc-wait network ', 'rc-wait history ', 'rc-wait completion ', 'rc-wait his']);
      const words = (line: string) => found.get(line)?.filter((word) => !word.startsWith('-'));
      expect(words('rc-wait network ')).toEqual(['apply', 'check', 'plan', 'rollback']);
      expect(words('rc-wait history ')).toEqual(['plot', 'show']);
      expect(words('rc-wait completion ')).toEqual(['bash', 'fish', 'zsh']);
    },
  );

  it.runIf(has(shell))('offers what each flag can be, and offers each command once', () => {
    const listed = shown.flatMap(({ name, flags }) =>
      flags.filter(({ choices }) => choices.length > 0).map((flag) => ({ name, flag })),
    );
    const line = (name: string, flag: string): string => `rc-wait ${name} --${flag} `;
    const found = offers(['rc-wait ', ...listed.map(({ name, flag }) => line(name, flag.name))]);
    for (const { name, flag } of listed)
      expect(found.get(line(name, flag.name)), `${name} ${flag.name}`).toEqual([...flag.choices].sort());
    const words = [...new Set(shown.map(({ name }) => name.split(' ')[0]))].sort();
    expect(found.get('rc-wait ')?.filter((word) => !word.startsWith('-'))).toEqual(words);
  });
});
