import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  end,
  endNotedCommand,
  identifyProcess,
  isOwnerAlive,
  notingCommands,
  readBootId,
} from '../../../src/network/change/running-command.ts';
import { runCommand } from '../../../src/system/tool.ts';
import { scratch } from '../scratch.ts';

it('a process is known by its number and the moment of its start', async () => {
  const me = identifyProcess(process.pid);
  expect(me && isOwnerAlive(me)).toBe(true);
  expect(isOwnerAlive({ pid: process.pid, startTicks: '1' })).toBe(false);
  const child = spawn('true');
  await once(child, 'exit');
  expect(identifyProcess(child.pid ?? 0)).toBeUndefined();
});

it('another process with the number of one that has ended is left alone', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const identity = identifyProcess(child.pid ?? 0) ?? { pid: 0, startTicks: '' };
  end({ ...identity, startTicks: '1' }, { group: true });
  expect(isOwnerAlive(identity)).toBe(true);
  const ended = once(child, 'exit');
  end(identity);
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
});

it('the boot has a name of its own', () => {
  expect(readBootId()).toMatch(/^[0-9a-f-]{36}$/);
});

it('a command is noted while it runs, and no longer', async () => {
  const note = join(scratch(), 'command');
  const run = notingCommands(runCommand, note);
  const { ok, output } = await run({
    argv: ['sh', '-c', 'until [ -s "$0" ]; do sleep 0.1; done; cat "$0"', note],
    timeoutMs: 10_000,
  });
  expect(ok).toBe(true);
  expect(JSON.parse(output)).toEqual({ pid: expect.any(Number), startTicks: expect.stringMatching(/^\d+$/) });
  expect(existsSync(note)).toBe(false);
});

it('a note that cannot be written does not stop the command', async () => {
  const run = notingCommands(runCommand, '/nonexistent/folder/command');
  expect(await run({ argv: ['true'], timeoutMs: 10_000 })).toMatchObject({ ok: true });
});

it('a note that was cut short ends nothing, and goes', () => {
  const root = scratch({ command: '{"pid":', other: '{"pid":1,"startTicks":"1"}' });
  endNotedCommand(join(root, 'command'));
  endNotedCommand(join(root, 'other'));
  endNotedCommand(join(root, 'none'));
  expect(existsSync(join(root, 'command'))).toBe(false);
  expect(readFileSync('/proc/1/stat', 'utf8')).not.toBe('');
});
