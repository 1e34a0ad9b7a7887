import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endInWords, type Program, runProgram, tail } from '../../src/system/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'rc-wait-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { PATH: '/usr/bin:/bin' };

/** Runs a program; how it ended, and what it wrote. */
async function ran(argv: Program['argv'], options: Partial<Program> = {}) {
  const [out, err] = [tail(1_000), tail(1_000)];
  const end = await runProgram({
    argv,
    env,
    timeoutMs: 60_000,
    stdout: out.push,
    stderr: err.push,
    ...options,
  });
  return { end, out: out.text(), err: err.text() };
}

function file(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** Whether a process is at work; a zombie whose parent has not asked yet has ended. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a program that cannot be started is a result:', () => {
  const huge = 'x'.repeat(200_000);
  it.each<[string, () => Partial<Program> & Pick<Program, 'argv'>, string]>([
    ['it does not exist', () => ({ argv: ['/nowhere/x'] }), 'no such file or directory'],
    [
      'its interpreter does not exist',
      () => ({ argv: [file('a', '#!/nowhere\n')] }),
      'no such file or directory',
    ],
    [
      'its interpreter is below a file',
      () => ({ argv: [file('b', '#!/etc/passwd/x\n')] }),
      'a part of the path is not a directory',
    ],
    ['it is below a file', () => ({ argv: ['/etc/passwd/x'] }), 'a part of the path is not a directory'],
    ['it is a folder', () => ({ argv: [folder] }), 'permission denied'],
    ['it may not be run', () => ({ argv: [file('c', '#!/bin/sh\n', 0o644)] }), 'permission denied'],
    [
      'a word is too long',
      () => ({ argv: ['true', huge] }),
      'its arguments or its environment are too long (E2BIG)',
    ],
    [
      'a variable is too long',
      () => ({ argv: ['true'], env: { ...env, A: huge } }),
      'its arguments or its environment are too long (E2BIG)',
    ],
    [
      'a word holds a NUL',
      () => ({ argv: ['true', 'a\0s3cret'] }),
      'its arguments or its environment hold a NUL',
    ],
    [
      'a variable holds a NUL',
      () => ({ argv: ['true'], env: { ...env, A: 'a\0' } }),
      'its arguments or its environment hold a NUL',
    ],
    ['its name is too long', () => ({ argv: [`/${'x'.repeat(300)}`] }), 'the name is too long'],
    ['a link to itself', () => ({ argv: ['/proc/self/fd/99/x'] }), 'no such file or directory'],
    [
      'its folder is gone',
      () => ({ argv: ['true'], cwd: join(folder, 'gone') }),
      'no such file or directory',
    ],
  ])('%s', async (_, make, reason) => {
    const { end } = await ran(make().argv, make());
    expect(end).toMatchObject({ kind: 'not-started', reason });
    expect(endInWords(end)).toBe(`cannot be started: ${reason}`);
  });

  it('somebody is writing to it', async () => {
    const path = join(folder, 'busy');
    writeFileSync(path, readFileSync('/bin/true'), { mode: 0o755 });
    const writing = openSync(path, 'r+');
    expect((await ran([path])).end).toMatchObject({ reason: 'somebody is writing to it (ETXTBSY)' });
    closeSync(writing);
  });

  it('also where there is an input for it, and a signal that has come already', async () => {
    const options = { input: 'x'.repeat(1_000_000), signal: AbortSignal.abort() };
    expect((await ran(['/nowhere/x'], options)).end.kind).toBe('not-started');
    expect((await ran(['/etc/passwd/x'], options)).end.kind).toBe('not-started');
  });
});

describe('a program', () => {
  it('reads its input, whole, and both of its streams are told apart', async () => {
    const input = 'x'.repeat(300_000);
    const { end, out, err } = await ran(['sh', '-c', 'wc -c; echo oops >&2; exit 3'], { input });
    expect({ end, out: out.trim(), err }).toEqual({
      end: { kind: 'exit', status: 3 },
      out: '300000',
      err: 'oops\n',
    });
  });

  it('may leave its input alone, and has none where none is given', async () => {
    expect((await ran(['true'], { input: 'x'.repeat(1_000_000) })).end).toEqual({ kind: 'exit', status: 0 });
    expect((await ran(['cat'])).out).toBe('');
  });

  it('gets the environment that it is given, and no other', async () => {
    const { out } = await ran(['env'], { env: { ...env, A: 'b' } });
    expect(out.trim().split('\n').sort()).toEqual(['A=b', 'PATH=/usr/bin:/bin']);
  });

  it('leads a process group of its own, and starts where it is told to', async () => {
    let pid = 0;
    mkdirSync(join(folder, 'here'));
    const { out } = await ran(['sh', '-c', 'pwd; ps -o pgid= -p $$ || true; cut -d " " -f 5 /proc/$$/stat'], {
      cwd: join(folder, 'here'),
      onStart: (started) => {
        pid = started;
      },
    });
    expect(out.trim().split('\n').at(0)).toBe(join(folder, 'here'));
    expect(Number(out.trim().split('\n').at(-1))).toBe(pid);
  });

  it('that somebody else ends says by what', async () => {
    expect((await ran(['sh', '-c', 'kill -TERM $$'])).end).toEqual({ kind: 'signal', by: 'SIGTERM' });
  });

  it('that hangs is ended with its children', async () => {
    const { end, out } = await ran(['sh', '-c', 'trap "" TERM; sleep 600 & echo $!; wait'], {
      timeoutMs: 500,
    });
    expect(end).toEqual({ kind: 'timeout', timeoutMs: 500 });
    await expect.poll(() => isRunning(Number(out))).toBe(false);
  });

  it('with a grace ends by itself, and what it has left of its group is ended then', async () => {
    const script =
      'sh -c "trap : TERM; while :; do sleep 1; done" >&2 & echo $!; trap "echo bye; exit 5" TERM; wait';
    const { end, out } = await ran(['sh', '-c', script], { timeoutMs: 1_000, graceMs: 60_000 });
    expect(end).toEqual({ kind: 'timeout', timeoutMs: 1_000 });
    expect(out).toMatch(/^\d+\nbye\n$/);
    await expect.poll(() => isRunning(Number(out.split('\n')[0]))).toBe(false);
  });

  it('that does not hear SIGTERM is killed after its grace', async () => {
    const script = 'trap "" TERM; echo here; while :; do sleep 1; done';
    const stop = new AbortController();
    const { end } = await ran(['sh', '-c', script], {
      signal: stop.signal,
      stdout: () => stop.abort(),
      graceMs: 300,
    });
    expect(end).toEqual({ kind: 'interrupted' });
  });

  it('that is interrupted before it starts does not last', async () => {
    expect((await ran(['sleep', '600'], { signal: AbortSignal.abort() })).end).toEqual({
      kind: 'interrupted',
    });
  });

  it('has no limit where that is longer than a timer can measure', async () => {
    expect((await ran(['sleep', '0.1'], { timeoutMs: 2 ** 31 })).end).toEqual({ kind: 'exit', status: 0 });
  });

  it('may leave a daemon behind, which lives on and holds nobody up though it keeps the pipes', async () => {
    const { end, out } = await ran(['sh', '-c', 'sleep 600 & echo $!']);
    expect(end).toEqual({ kind: 'exit', status: 0 });
    expect(isRunning(Number(out))).toBe(true);
    process.kill(Number(out), 'SIGKILL');
  });
});

it('of a text only the end is kept, which is said', () => {
  const text = tail(5);
  text.push('abc');
  expect([text.text(), text.isCut()]).toEqual(['abc', false]);
  text.push('defg');
  expect([text.text(), text.isCut()]).toEqual(['cdefg', true]);
});
