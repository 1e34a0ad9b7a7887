import { describe, expect, it } from 'vitest';
import { findHooks } from '../../../src/announce/hooks/find.ts';
import { type HooksOptions, runHooks } from '../../../src/announce/hooks/run-all.ts';
import { folderWith } from '../../hooks/folder.ts';

/** Runs all hooks of a folder. */
async function ran(scripts: Readonly<Record<string, string>>, options: Partial<HooksOptions> = {}) {
  const { hooks } = await findHooks(folderWith(scripts));
  const lines: string[] = [];
  const warnings: string[] = [];
  const starts: string[] = [];
  const left = await runHooks(hooks, {
    input: '{}\n',
    env: { RC_WAIT_OUTCOME: 'deployed' },
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    onWarning: (warning) => warnings.push(warning),
    onStart: (name, number) => starts.push(`${number} ${name}`),
    ...options,
  });
  return { lines, warnings, starts, left };
}

describe.runIf(process.getuid?.() === 0)('hooks', () => {
  it('run in order, with their names before what they say', async () => {
    expect(await ran({ b: 'echo second', a: 'echo first >&2' })).toEqual({
      lines: ['a: first', 'b: second'],
      warnings: [],
      starts: ['1 a', '2 b'],
      left: [],
    });
  });

  it('run all the same when one before them fails or hangs', async () => {
    const { lines, warnings } = await ran({ a: 'exit 7', b: 'sleep 60', c: 'echo c' }, { timeoutMs: 300 });
    expect(lines).toEqual(['c: c']);
    expect(warnings).toEqual([
      'the hook a did not succeed: exit status 7',
      'the hook b did not succeed: killed after 0.3 s',
    ]);
  });

  it('are not run any more when all is interrupted', async () => {
    const interrupted = new AbortController();
    const { starts, warnings, left } = await ran(
      { a: 'echo here; sleep 60', b: '', c: '' },
      { signal: interrupted.signal, onLine: () => interrupted.abort() },
    );
    expect(starts).toEqual(['1 a']);
    expect(warnings).toEqual(['the hook a did not succeed: interrupted', 'interrupted: not run: b c']);
    expect(left).toEqual(['b', 'c']);
  });

  it('get a long message whole on standard input, and the beginning of it in the environment', async () => {
    const message = `130 tasks failed: ${'x'.repeat(200_000)}`;
    const { lines, warnings } = await ran(
      { a: 'printf "%s" "$RC_WAIT_MESSAGE" | wc -m; wc -c; printf "%s" "$RC_WAIT_MESSAGE" | head -c 9' },
      { input: `{"message":"${message}"}\n`, env: { RC_WAIT_MESSAGE: message } },
    );
    expect(warnings).toEqual([]);
    expect(lines.map((line) => line.replace(/^a: */, ''))).toEqual([
      expect.stringMatching(/^409\d|^410\d/),
      String(message.length + 15),
      '130 tasks',
    ]);
  });

  it('have an environment of their own, without what rc-wait was told', async () => {
    process.env.RC_WAIT_SIGNAL = 'https://secret.example/';
    const { lines } = await ran({ a: 'env' }).finally(() => {
      delete process.env.RC_WAIT_SIGNAL;
    });
    expect(lines).toEqual(
      expect.arrayContaining(['a: RC_WAIT_OUTCOME=deployed', 'a: HOME=/root', 'a: USER=root']),
    );
    expect(lines.join('\n')).not.toContain('secret');
    expect(lines.filter((line) => line.includes('RC_WAIT'))).toHaveLength(1);
  });
});
