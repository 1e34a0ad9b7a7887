import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startWatchChild, type WatchChild } from '../../../src/host/watch/child.ts';
import { readXenstore } from '../../../src/host/xenstore.ts';
import { node, startProgram } from '../../process/program.ts';
import { until } from '../../support/until.ts';
import { Xenstored } from '../../xenstored/xenstored.ts';

const folder = 'vm-data/user-metadata';
let scratch: string;
const children: WatchChild[] = [];

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'rc-wait-watch-'));
  writeFileSync(join(scratch, 'lock'), '', { mode: 0o600 });
  vi.stubEnv('PATH', `${scratch}:/usr/bin:/bin`);
});
afterEach(() => {
  for (const child of children.splice(0)) child.stop();
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

function start(): { child: WatchChild; events: string[] } {
  const events: string[] = [];
  const onEvent = (path: string): void => void events.push(path);
  const child = startWatchChild({ folder, lockFile: join(scratch, 'lock'), onEvent });
  children.push(child);
  return { child, events };
}

/** A xenstore-watch of the test, which notes its process id. */
function xenstoreWatch(lines: string): void {
  const script = `#!/bin/sh\necho $$ >${scratch}/pid\n${lines}\n`;
  writeFileSync(join(scratch, 'xenstore-watch'), script, { mode: 0o755 });
}
const pid = (): number => Number(readFileSync(join(scratch, 'pid'), 'utf8'));
const isRunning = (id: number): boolean => existsSync(`/proc/${id}`);

const pause = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);

/** Whether xenstore-watch has run, and no shell with that last word is there any more. */
function isOver(word: string): boolean {
  const lines = readdirSync('/proc').map((name) => {
    try {
      return /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : '';
    } catch {
      return '';
    }
  });
  return existsSync(join(scratch, 'pid')) && !lines.some((line) => line.endsWith(`\0${word}\0`));
}

describe('one run of the watch', () => {
  it('tells each change, and ends when it is stopped', async () => {
    xenstoreWatch('[ "$*" = "-n 1000 vm-data/user-metadata" ] && echo "$3"; exec sleep 3600');
    const { child, events } = start();
    await until(() => events.length === 1);
    expect(events).toEqual([folder]);
    const id = pid();
    child.stop();
    await until(() => !isRunning(id));
  });

  it('is left to the process that has the lock, which is free again after a stop', async () => {
    xenstoreWatch(`echo ${folder}; exec sleep 3600`);
    const first = start();
    await until(() => first.events.length === 1);
    expect(await start().child.ended).toEqual({ kind: 'held' });
    const id = pid();
    first.child.stop();
    await until(() => !isRunning(id));
    // The lock goes with the last process of the group, a moment later.
    const isHeld = async (): Promise<boolean> => {
      const { child, events } = start();
      return Promise.race([child.ended.then(() => true), until(() => events.length === 1).then(() => false)]);
    };
    while (await isHeld());
  });

  it('leaves nobody who would end it later, by a process id that another program may have by then', () => {
    xenstoreWatch('exit 0');
    const name = basename(scratch);
    children.push(
      startWatchChild({ folder: name, lockFile: join(scratch, 'lock'), onEvent: () => undefined }),
    );
    // Nothing of this process goes on meanwhile, as if it were stopped: it closes no pipe.
    for (let turn = 0; turn < 600 && !isOver(name); turn += 1) pause();
    expect(readFileSync(join(scratch, 'pid'), 'utf8')).toMatch(/^\d+\n$/);
    expect(isOver(name)).toBe(true);
  });

  it('ends with its process, also by kill -9', async () => {
    xenstoreWatch(`echo ${folder}; exec sleep 3600`);
    const source = resolve('src/host/watch/child.ts');
    const script = `import { startWatchChild } from ${JSON.stringify(source)};
      startWatchChild({ folder: '${folder}', lockFile: '${scratch}/lock', onEvent: (path) => console.log(path) });
      setInterval(() => {}, 1000);`;
    const PATH = `${scratch}:/usr/bin:/bin`;
    const program = startProgram([node, '--input-type=module', '--eval', script], { PATH });
    await program.saw(/user-metadata/);
    const id = pid();
    expect(isRunning(id)).toBe(true);
    program.child.kill('SIGKILL');
    await until(() => !isRunning(id));
  });

  it.each<[string, string, object]>([
    [
      'no xenstore',
      'echo "xenstore-watch: xs_open: No such file or directory" >&2; exit 1',
      { kind: 'none', why: 'xenstore-watch: xs_open: No such file or directory' },
    ],
    [
      'a daemon that refuses',
      'echo "xenstore-watch: Unable to add watch on x" >&2; exit 1',
      { kind: 'died', why: 'xenstore-watch: Unable to add watch on x' },
    ],
    ['a lost connection', 'exit 0', { kind: 'died', why: 'xenstore-watch ended with 0' }],
  ])('says how it ended: %s', async (_, lines, end) => {
    xenstoreWatch(lines);
    expect(await start().child.ended).toEqual(end);
  });

  it('says that it is not installed', async () => {
    expect(await start().child.ended).toMatchObject({ kind: 'none' });
  });
});

/** Debian's own, which scripts/xenstore-utils fetches and ./scripts/test calls. */
const tools = resolve('.cache/xenstore-utils/bin');

describe.skipIf(!existsSync(tools))(
  "with Debian's xenstore-utils and a xenstored that speaks their protocol",
  () => {
    const key = `${folder}/rackconnect_automation_status`;
    let xenstored: Xenstored;

    beforeEach(async () => {
      xenstored = await Xenstored.start(scratch);
      vi.stubEnv('PATH', `${tools}:/usr/bin:/bin`);
      vi.stubEnv('XENSTORED_PATH', xenstored.env.XENSTORED_PATH);
    });
    afterEach(async () => {
      await xenstored.stop();
    });

    it('a key is read, and a change of it is told with its path', async () => {
      xenstored.set(key, '"DEPLOYING"');
      expect(await readXenstore(key)).toEqual({ kind: 'known', value: '"DEPLOYING"', where: key });
      expect(await readXenstore(`${folder}/another`)).toMatchObject({ kind: 'absent' });
      const { child, events } = start();
      await until(() => events.length === 1);
      xenstored.set(key, '"DEPLOYED"');
      await until(() => events.length === 2);
      expect(events).toEqual([folder, key]);
      child.stop();
      await until(() => xenstored.watches === 0);
    });

    it('a lost connection ends the watch, and it does not go round for ever', async () => {
      const { child, events } = start();
      await until(() => events.length === 1);
      xenstored.disconnect();
      expect(await child.ended).toMatchObject({ kind: 'died' });
    });

    it('a flood of changes ends it after a thousand', async () => {
      const { child, events } = start();
      await until(() => events.length === 1);
      xenstored.flood(key, 5_000);
      expect(await child.ended).toMatchObject({ kind: 'died' });
      expect(events.length).toBeLessThanOrEqual(1_000);
    });

    it.each(['hangs', 'silent'] as const)(
      'a daemon that %s tells nothing, and the watch can be stopped',
      async (manner) => {
        xenstored.manner = manner;
        const { child, events } = start();
        await until(() => xenstored.asked('watch') === 1);
        expect(events).toEqual([]);
        child.stop();
        await until(() => xenstored.watches === 0);
      },
    );

    it('no daemon at all is none for good', async () => {
      vi.stubEnv('XENSTORED_PATH', join(scratch, 'nothing'));
      expect(await start().child.ended).toMatchObject({ kind: 'none' });
    });
  },
);
