import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { bashCompletion } from '../../../src/cli/completion/bash.ts';
import { surfaceOf } from '../../../src/cli/surface.ts';
import { limitsMs } from '../../support/limits.ts';
import { scratch } from '../harness.ts';

const folder = scratch();
const script = join(folder, 'rc-wait');

beforeAll(() => writeFileSync(script, bashCompletion(surfaceOf(commands))));

/** What bash offers for the last of these words: as `complete -F` calls the function, and compgen answers in it. */
function offers(...words: string[]): string[] {
  const lines = [
    '. "$0"',
    'spec=$(complete -p rc-wait)',
    'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))',
    '"$(sed "s/.*-F \\([^ ]*\\) .*/\\1/" <<<"$spec")"',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ];
  const output = execFileSync('bash', ['--norc', '-c', lines.join('\n'), script, 'rc-wait', ...words], {
    encoding: 'utf8',
    cwd: folder,
    timeout: limitsMs.sign,
  });
  return output.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('offers every command, and no hidden one', () => {
    expect(offers('')).toEqual([...new Set(surfaceOf(commands).map(({ name }) => name.split(' ')[0]))]);
    expect(offers('network', '')).toEqual(['plan', 'apply', 'check', 'rollback']);
    expect(offers('net')).toEqual(['network']);
  });

  it.each(surfaceOf(commands).map((command) => [command.name, command] as const))(
    'offers the flags of %s',
    (name, { flags }) => {
      const words = name.split(' ');
      expect(offers(...words, '--')).toEqual([
        ...flags.map((flag) => `--${flag.name}`),
        '--help',
        '--version',
      ]);
    },
  );

  it.each(
    surfaceOf(commands).flatMap(({ name, flags }) =>
      flags
        .filter(({ choices }) => choices.length > 0)
        .map((flag) => [name, flag.name, flag.choices] as const),
    ),
  )('offers what %s --%s can be', (name, flag, choices) => {
    expect(offers(...name.split(' '), `--${flag}`, '')).toEqual(choices);
    // As readline splits `--flag=`.
    expect(offers(...name.split(' '), `--${flag}`, '=')).toEqual(choices);
  });

  it('offers the flags of wait where no command is typed', () => {
    expect(offers('--timeo')).toEqual(['--timeout']);
    expect(offers('--network', 'of')).toEqual(['off']);
  });

  it('takes no value for a command', () => {
    expect(offers('--timeout', '5m', 'stat')).toEqual(['status']);
    expect(offers('--api-url', 'http', ':', '//127.0.0.1', ':', '8080', 'stat')).toEqual(['status']);
    expect(offers('--root', '=', 'x', 'network', 'roll')).toEqual(['rollback']);
  });

  it('offers folders where a folder is wanted, also with a blank in the name', () => {
    mkdirSync(join(folder, 'my root'));
    expect(offers('--root', 'my')).toEqual(['my root']);
  });

  it('offers the shells after completion', () => {
    expect(offers('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offers('completion', 'f')).toEqual(['fish']);
  });

  it('offers nothing after a word that is no command', () => {
    expect(offers('wibble', '--')).toEqual([]);
  });
});
