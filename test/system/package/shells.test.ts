import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { fishCompletion } from '../../../src/cli/completion/fish.ts';
import { zshCompletion } from '../../../src/cli/completion/zsh.ts';
import { surfaceOf } from '../../../src/cli/surface.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'rcwait-shells-'));
const words = (...lines: string[]): Set<string> => new Set(lines.filter((line) => line !== ''));

beforeAll(() => {
  execFileSync(join(root, 'scripts/tools'), ['zsh', 'fish'], { timeout: 600_000 });
  writeFileSync(join(folder, '_rc-wait'), zshCompletion(surfaceOf(commands)));
  writeFileSync(join(folder, 'rc-wait.fish'), fishCompletion(surfaceOf(commands)));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What zsh offers after a line, each with its description where it has one. */
function zshOffers(line: string): Set<string> {
  const args = ['-f', join(import.meta.dirname, 'fixture/offers.zsh'), folder, line];
  const output = execFileSync('zsh', args, { encoding: 'utf8', timeout: 30_000 });
  const offered = output.replaceAll('\r', '').split('</offers>')[0] ?? '';
  const found = offered.split('\n').filter((text) => text.trim() !== line.trim());
  return words(
    ...found.flatMap((text) =>
      text.includes(' -- ') ? [text.split(/ +-- /)[0] ?? ''] : text.split(/ {2,}/),
    ),
  );
}

/** What fish offers after a line, without the descriptions. */
function fishOffers(line: string): Set<string> {
  const script = 'source $argv[1]; complete -C $argv[2]';
  const args = ['--no-config', '-c', script, join(folder, 'rc-wait.fish'), line];
  const output = execFileSync('fish', args, {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, HOME: folder },
  });
  return words(...output.split('\n').map((text) => text.split('\t')[0] ?? ''));
}

describe.each([
  ['zsh', zshOffers],
  ['fish', fishOffers],
])('%s', (_shell, offers) => {
  it('offers every command, and no hidden one', () => {
    expect(offers('rc-wait ')).toEqual(
      words(...surfaceOf(commands).map(({ name }) => name.split(' ')[0] ?? '')),
    );
    expect(offers('rc-wait network ')).toEqual(words('plan', 'apply', 'check', 'rollback'));
  });

  it('offers the shells after completion', () => {
    expect(offers('rc-wait completion ')).toEqual(words('bash', 'zsh', 'fish'));
  });

  it('offers the flags of the command that is typed', () => {
    expect(offers('rc-wait network check --re')).toEqual(words('--repair'));
    expect(offers('rc-wait status --for')).toEqual(words('--format'));
    expect(offers('rc-wait status --re')).toEqual(words('--region'));
    expect(offers('rc-wait simulate --l')).toEqual(words('--listen'));
  });

  it('offers the flags of wait where no command is typed', () => {
    expect(offers('rc-wait --time')).toEqual(words('--timeout'));
  });

  it('offers the values that a flag can have', () => {
    expect(offers('rc-wait status --format ')).toEqual(words('text', 'json', 'xml'));
    expect(offers('rc-wait wait --network net')).toEqual(words('netplan', 'networkd', 'networkmanager'));
    expect(offers('rc-wait network apply --network of')).toEqual(words());
  });
});
