import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAlive, thisOwner } from '../../src/system/process-identity.ts';

describe('the owner of a slot', () => {
  it('is alive while it runs', () => {
    expect(isAlive(thisOwner())).toBe(true);
  });

  it('is not another process with the same pid', () => {
    expect(isAlive({ ...thisOwner(), started: '1' })).toBe(false);
  });

  it('is gone when its process has ended', async () => {
    const child = spawn('sleep', ['60'], { argv0: 'a (strange) name) 1 2 3' });
    await once(child, 'spawn');
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const owner = {
      pid: child.pid ?? 0,
      started: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '',
    };
    expect(isAlive(owner)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(owner)).toBe(false);
  });
});
