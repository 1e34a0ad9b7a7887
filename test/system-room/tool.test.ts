import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Command } from '../../src/network/types.ts';
import { toolPath } from '../../src/system/environment.ts';
import { runCommand } from '../../src/system/tool.ts';

function command(...argv: Command['argv']): Command {
  return { argv, timeoutMs: 10_000 };
}

it('a command that ends well says what it wrote, to both streams', async () => {
  expect(await runCommand(command('sh', '-c', 'echo out; echo err >&2'))).toMatchObject({
    ok: true,
    how: 'exit status 0',
    output: expect.stringMatching(/^(out\nerr\n|err\nout\n)$/),
  });
});

it('a command that fails says its exit status, or the signal that ended it', async () => {
  expect(await runCommand(command('sh', '-c', 'exit 78'))).toMatchObject({
    ok: false,
    how: 'exit status 78',
  });
  expect(await runCommand(command('sh', '-c', 'kill -TERM $$'))).toMatchObject({
    ok: false,
    how: 'ended by SIGTERM',
  });
});

it('a command that does not exist is a failure like any other', async () => {
  expect(await runCommand(command('/nowhere/rc-wait-no-such-program'))).toMatchObject({
    ok: false,
    how: 'cannot be started: no such file or directory',
  });
});

it('a command that hangs is killed with its children when its time is over', async () => {
  const { ok, how, output } = await runCommand({
    argv: ['sh', '-c', 'sleep 3600 & echo $!; wait'],
    timeoutMs: 300,
  });
  expect({ ok, how }).toEqual({ ok: false, how: 'killed after 0.3 s' });
  await expect.poll(() => isAlive(Number(output))).toBe(false);
});

it('an aborted command is killed, and one that is aborted before does not last', async () => {
  const controller = new AbortController();
  const running = runCommand(command('sleep', '60'), controller.signal);
  controller.abort();
  expect(await running).toMatchObject({ ok: false, how: 'interrupted' });
  expect(await runCommand(command('sleep', '60'), AbortSignal.abort())).toMatchObject({
    ok: false,
    how: 'interrupted',
  });
});

it('a daemon that keeps the output open does not hold us', async () => {
  const { ok, output } = await runCommand(command('sh', '-c', 'sleep 3600 & echo $!'));
  expect(ok).toBe(true);
  process.kill(Number(output), 'SIGKILL');
});

it('only the end of a very long output is kept, which is said, unless the command may write so much', async () => {
  const long = command('sh', '-c', 'head -c 300000 /dev/zero | tr "\\0" x; echo end');
  const { output, isCut } = await runCommand(long);
  expect(output.length).toBe(64 * 1024);
  expect(output.endsWith('xend\n')).toBe(true);
  expect(isCut).toBe(true);
  const whole = await runCommand({ ...long, longestOutput: 300_004 });
  expect(whole.output.length).toBe(300_004);
  expect(whole.isCut).toBeUndefined();
});

it('tools are looked for in the folders of system programs as well', () => {
  expect(toolPath().split(':')).toEqual(expect.arrayContaining(['/usr/sbin', '/sbin', '/bin']));
});

/** A zombie that nobody has waited for yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
