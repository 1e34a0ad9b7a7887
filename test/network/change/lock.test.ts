import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockNetwork } from '../../../src/network/change/lock.ts';
import { put, scratch } from '../scratch.ts';

it('one at a time: the second gets the lock when the first lets it go', async () => {
  const folder = join(scratch(), 'state');
  const first = await lockNetwork('/', folder, 5_000);
  let second = 'waiting';
  const pending = lockNetwork('/', folder, 5_000).then((lock) => {
    second = 'held';
    return lock;
  });
  await expect(lockNetwork('/', folder, 1)).rejects.toMatchObject({
    code: 'NETWORK_FILE',
    message: 'cannot lock the network configuration: another rc-wait has held it for 1 s',
  });
  expect(second).toBe('waiting');
  await first.release();
  await (await pending).release();
  expect(second).toBe('held');
});

it('no other user can open the lock file of the running system', async () => {
  const folder = join(scratch(), 'state');
  await (await lockNetwork('/', folder, 1_000)).release();
  expect(statSync(join(folder, 'network.lock')).mode & 0o777).toBe(0o600);
});

it('another root is locked by its own folder, and nothing is left in it', async () => {
  const root = scratch();
  const lock = await lockNetwork(root, '/nowhere', 1_000);
  await expect(lockNetwork(root, '/nowhere', 1)).rejects.toMatchObject({ code: 'NETWORK_FILE' });
  await lock.release();
  await (await lockNetwork(root, '/nowhere', 1_000)).release();
});

it('a holder that is killed leaves nothing stale behind', async () => {
  const root = scratch();
  put(
    root,
    'holder.ts',
    `import { lockNetwork } from ${JSON.stringify(join(import.meta.dirname, '../../../src/network/change/lock.ts'))};
     await lockNetwork('/', process.argv[2], 1000); console.log('held'); setInterval(() => {}, 1000);`,
  );
  const holder = spawn(process.execPath, [join(root, 'holder.ts'), root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  await expect(lockNetwork('/', root, 1)).rejects.toMatchObject({ code: 'NETWORK_FILE' });
  holder.kill('SIGKILL');
  await (await lockNetwork('/', root, 5_000)).release();
});

it('waiting for it can be aborted', async () => {
  const root = scratch();
  const first = await lockNetwork(root, '', 1_000);
  const controller = new AbortController();
  const waiting = lockNetwork(root, '', 60_000, controller.signal);
  controller.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
  await first.release();
});

it('a folder that cannot be used is said, and so is what flock(1) cannot lock', async () => {
  const root = scratch({ file: '' });
  await expect(lockNetwork('/', join(root, 'file/state'), 1)).rejects.toMatchObject({
    code: 'NETWORK_FILE',
    message: expect.stringContaining('a part of the path is not a directory'),
  });
  await expect(lockNetwork(join(root, 'none/at/all'), '', 1)).rejects.toThrow(/flock\(1\) cannot lock/);
});
