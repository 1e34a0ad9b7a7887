import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signOfLifeMs } from '../../src/report/view.ts';
import { createNotifier } from '../../src/systemd/notify.ts';
import { limitsMs } from '../support/limits.ts';

const socket = '/run/systemd/notify';

/** Longer than a text waits for a newer one. */
const gatheredMs = 600;

/** Until the last text is under way. */
const gathered = () => vi.advanceTimersByTimeAsync(gatheredMs);

/** A sender whose messages stay under way until they are let go. */
function heldSender() {
  const sent: (readonly string[])[] = [];
  const held: (() => void)[] = [];
  return {
    sent,
    send: (assignments: readonly string[]) => {
      sent.push(assignments);
      return new Promise<void>((resolve) => held.push(resolve));
    },
    async letGo() {
      held.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe('outside a service', () => {
  it.each([{}, { NOTIFY_SOCKET: '' }])('does nothing: %o', async (env) => {
    const send = vi.fn(async () => {});
    const notifier = createNotifier(env, { send });
    notifier.status('waiting', 1000);
    await notifier.ready('done');
    await notifier.stopping('gone');
    expect(send).not.toHaveBeenCalled();
  });
});

describe('messages', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('puts a status and its proof of life into one message', async () => {
    const { sent, send } = heldSender();
    createNotifier({ NOTIFY_SOCKET: socket }, { send }).status('DEPLOYING', 30_000);
    await gathered();
    expect(sent).toEqual([['STATUS=DEPLOYING', 'EXTEND_TIMEOUT_USEC=30000000']]);
  });

  it('sends one at a time, and of those that wait only the newest', async () => {
    const { sent, send, letGo } = heldSender();
    const notifier = createNotifier({ NOTIFY_SOCKET: socket }, { send });
    for (const text of ['one', 'two', 'three']) {
      notifier.status(text, 1);
      await gathered();
    }
    expect(sent).toHaveLength(1);
    await letGo();
    await letGo();
    expect(sent.map(([status]) => status)).toEqual(['STATUS=one', 'STATUS=three']);
  });

  it('sends one for steps that follow each other within half a second, and none for those just before the last word', async () => {
    const { sent, send, letGo } = heldSender();
    const notifier = createNotifier({ NOTIFY_SOCKET: socket }, { send });
    notifier.status('finding out which server this is');
    await vi.advanceTimersByTimeAsync(300);
    notifier.status('waiting for RackConnect', 30_000);
    await vi.advanceTimersByTimeAsync(150);
    expect(sent).toEqual([]);
    notifier.alive('DEPLOYING', 30_000);
    await vi.advanceTimersByTimeAsync(50);
    expect(sent).toEqual([['STATUS=DEPLOYING', 'EXTEND_TIMEOUT_USEC=30000000']]);
    await letGo();
    notifier.status('asking for the gateway', 30_000);
    const done = notifier.ready('DEPLOYED');
    await letGo();
    await letGo();
    await done;
    await gathered();
    expect(sent.slice(1)).toEqual([['READY=1', 'STATUS=DEPLOYED']]);
  });

  it('lets the last word replace a status that waits, and nothing replace the last word', async () => {
    const { sent, send, letGo } = heldSender();
    const notifier = createNotifier({ NOTIFY_SOCKET: socket }, { send });
    notifier.status('one');
    await gathered();
    notifier.status('two');
    await gathered();
    const done = notifier.ready('DEPLOYED');
    notifier.status('too late');
    await letGo();
    notifier.status('much too late');
    await letGo();
    await done;
    expect(sent).toEqual([['STATUS=one'], ['READY=1', 'STATUS=DEPLOYED']]);
  });

  it('resolves only when the last word was handed over', async () => {
    const { send, letGo } = heldSender();
    const notifier = createNotifier({ NOTIFY_SOCKET: socket }, { send });
    const done = vi.fn();
    const stopped = notifier.stopping('FAILED').then(done);
    await gathered();
    expect(done).not.toHaveBeenCalled();
    await letGo();
    await stopped;
    expect(done).toHaveBeenCalledOnce();
  });

  it('keeps READY=1 and STOPPING=1 apart and in order', async () => {
    const { sent, send, letGo } = heldSender();
    const notifier = createNotifier({ NOTIFY_SOCKET: socket }, { send });
    notifier.status('DEPLOYING');
    await gathered();
    const ended = Promise.all([notifier.ready('DEPLOYED'), notifier.stopping('gone')]);
    for (let message = 0; message < 3; message += 1) await letGo();
    await ended;
    expect(sent).toEqual([
      ['STATUS=DEPLOYING'],
      ['READY=1', 'STATUS=DEPLOYED'],
      ['STOPPING=1', 'STATUS=gone'],
    ]);
  });

  it('says once that messages do not arrive, and goes on sending', async () => {
    const failures: string[] = [];
    const send = vi.fn(async () => {
      throw new Error('nobody listens');
    });
    const notifier = createNotifier(
      { NOTIFY_SOCKET: socket },
      { send, onFailure: (reason) => failures.push(reason) },
    );
    notifier.status('one', 1);
    await gathered();
    await notifier.ready('DEPLOYED');
    await notifier.stopping('gone');
    expect(failures).toEqual(['nobody listens']);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('leaves no socket behind for children, who could declare the service ready', () => {
    const env = { NOTIFY_SOCKET: socket, PATH: '/bin' };
    createNotifier(env, { send: async () => {} });
    expect(env).toEqual({ PATH: '/bin' });
  });

  it('never has two under way and always ends with the newest, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
        async (scheduler, waits) => {
          let underWay = 0;
          const sent: string[] = [];
          const notifier = createNotifier(
            { NOTIFY_SOCKET: socket },
            {
              send: async ([first = '']) => {
                underWay += 1;
                expect(underWay).toBe(1);
                await scheduler.schedule(Promise.resolve());
                underWay -= 1;
                sent.push(first);
              },
            },
          );
          for (const [index, wait] of waits.entries()) {
            notifier.status(`${index}`);
            if (index % 2 === 0) await gathered();
            if (wait && scheduler.count() > 0) await scheduler.waitOne();
          }
          await gathered();
          await scheduler.waitIdle();
          expect(sent.at(-1)).toBe(`STATUS=${waits.length - 1}`);
          expect(sent.map((status) => Number(status.slice('STATUS='.length)))).toEqual(
            [...new Set(sent.map((status) => Number(status.slice('STATUS='.length))))].sort((a, b) => a - b),
          );
        },
      ),
    );
  });
});

describe('a long extension', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A notifier and what it has sent by now, in one list. */
  function recorded() {
    const sent: string[] = [];
    const notifier = createNotifier(
      { NOTIFY_SOCKET: socket },
      { send: async (message) => void sent.push(message.join(' ')) },
    );
    return { sent, notifier };
  }

  it('outlives a daemon-reload: what remains of it is sent again every twenty seconds, to its end', async () => {
    const { sent, notifier } = recorded();
    notifier.status('configuring the network', 65_000);
    await gathered();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sent).toEqual([
      'STATUS=configuring the network EXTEND_TIMEOUT_USEC=65000000',
      'EXTEND_TIMEOUT_USEC=45000000',
      'EXTEND_TIMEOUT_USEC=25000000',
      'EXTEND_TIMEOUT_USEC=5000000',
    ]);
  });

  it('is replaced by the next status, and ends with the last word', async () => {
    const { sent, notifier } = recorded();
    notifier.status('configuring the network', 300_000);
    await gathered();
    notifier.status('almost there', 25_000);
    await vi.advanceTimersByTimeAsync(22_000);
    notifier.status('without an extension');
    await vi.advanceTimersByTimeAsync(60_000);
    notifier.status('again', 300_000);
    await gathered();
    await notifier.ready('DEPLOYED');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([
      'STATUS=configuring the network EXTEND_TIMEOUT_USEC=300000000',
      'STATUS=almost there EXTEND_TIMEOUT_USEC=25000000',
      'EXTEND_TIMEOUT_USEC=5000000',
      'STATUS=without an extension',
      'STATUS=again EXTEND_TIMEOUT_USEC=300000000',
      'READY=1 STATUS=DEPLOYED',
    ]);
  });

  it('is kept up by a minute of polls with a message every twenty seconds, and not one for each', async () => {
    const { sent, notifier } = recorded();
    notifier.status('DEPLOYING; waited 0 s', signOfLifeMs);
    for (let second = 1; second <= 65; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      notifier.alive(`DEPLOYING; waited ${second} s`, signOfLifeMs);
    }
    expect(sent.map((message) => message.split(' EXTEND')[0])).toEqual([
      'STATUS=DEPLOYING; waited 0 s',
      'STATUS=DEPLOYING; waited 20 s',
      'STATUS=DEPLOYING; waited 40 s',
      'STATUS=DEPLOYING; waited 60 s',
    ]);
    for (const message of sent) expect(Number(/USEC=(\d+)/.exec(message)?.[1])).toBeGreaterThan(47_000_000);
  });

  it('is sent again by the same text only when it is due', async () => {
    const { sent, notifier } = recorded();
    for (let second = 0; second < 50; second += 1) {
      notifier.status('there is no /ca.pem yet', signOfLifeMs);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(sent).toEqual([
      'STATUS=there is no /ca.pem yet EXTEND_TIMEOUT_USEC=50000000',
      'EXTEND_TIMEOUT_USEC=49500000',
      'EXTEND_TIMEOUT_USEC=49500000',
    ]);
  });

  it('is sent at once where what systemd has ends soon, and ends where no sign of life comes', async () => {
    const { sent, notifier } = recorded();
    notifier.status('DEPLOYING; waited 0 s', 5_000);
    await gathered();
    notifier.alive('DEPLOYING; waited 0 s', 60_000);
    await vi.advanceTimersByTimeAsync(120_000);
    notifier.alive('DEPLOYING; waited 2 min', 30_000);
    await gathered();
    await notifier.stopping('FAILED');
    notifier.alive('too late', 30_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([
      'STATUS=DEPLOYING; waited 0 s EXTEND_TIMEOUT_USEC=5000000',
      'STATUS=DEPLOYING; waited 0 s EXTEND_TIMEOUT_USEC=60000000',
      'EXTEND_TIMEOUT_USEC=40000000',
      'EXTEND_TIMEOUT_USEC=20000000',
      'STATUS=DEPLOYING; waited 2 min EXTEND_TIMEOUT_USEC=30000000',
      'STOPPING=1 STATUS=FAILED',
    ]);
  });

  it('never takes the place of a status that waits', async () => {
    const { sent, send, letGo } = heldSender();
    const notifier = createNotifier({ NOTIFY_SOCKET: socket }, { send });
    notifier.status('one', 60_000);
    await gathered();
    notifier.status('two', 60_000);
    await vi.advanceTimersByTimeAsync(30_000);
    await letGo();
    expect(sent.at(-1)?.[0]).toBe('STATUS=two');
  });
});

describe('systemd-notify(1)', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rc-wait-notify-'));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Puts a program named systemd-notify first on the PATH of the environment it returns. */
  function environmentWith(script: string): NodeJS.ProcessEnv {
    const program = join(directory, 'systemd-notify');
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
    return { PATH: `${directory}:/usr/bin:/bin`, NOTIFY_SOCKET: socket };
  }

  it('gets every assignment as an argument of its own, and the socket', async () => {
    const notifier = createNotifier(
      environmentWith('printf "%s\\n" "$NOTIFY_SOCKET" "$@" >> "$(dirname "$0")/out"'),
    );
    notifier.status('DEPLOYING: it’s  “busy”', 2200);
    await vi.waitUntil(() => existsSync(join(directory, 'out')), { timeout: limitsMs.sign });
    await notifier.ready('DEPLOYED');
    expect(readFileSync(join(directory, 'out'), 'utf8').trimEnd().split('\n')).toEqual([
      socket,
      'STATUS=DEPLOYING: it’s  “busy”',
      'EXTEND_TIMEOUT_USEC=2200000',
      socket,
      'READY=1',
      'STATUS=DEPLOYED',
    ]);
  });

  it.each([
    ['fails', 'exit 3', 'cannot notify systemd: systemd-notify ended with status 3'],
    ['hangs', 'exec sleep 30', 'cannot notify systemd: systemd-notify was ended by SIGKILL within 200 ms'],
  ])('is reported and forgiven when it %s', async (_what, script, message) => {
    const failures: string[] = [];
    const notifier = createNotifier(environmentWith(script), {
      timeoutMs: 200,
      onFailure: (reason) => failures.push(reason),
    });
    await notifier.ready('DEPLOYED');
    expect(failures).toEqual([message]);
  });

  it('gets no secret, and nothing else that it does not need', async () => {
    const env = {
      ...environmentWith('env > "$(dirname "$0")/out"'),
      RC_WAIT_SIGNAL: 'https://heat/?s3cret',
      HOME: '/root',
    };
    await createNotifier({ ...env, RAX_API_KEY: 's3cret', LD_PRELOAD: '/x.so' }).ready('DEPLOYED');
    const names = readFileSync(join(directory, 'out'), 'utf8').match(/^[A-Z_]+(?==)/gm);
    expect(names?.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)).sort()).toEqual([
      'HOME',
      'LC_ALL',
      'NOTIFY_SOCKET',
      'PATH',
    ]);
  });

  it('is reported and forgiven where it is not installed', async () => {
    const failures: string[] = [];
    const notifier = createNotifier(
      { NOTIFY_SOCKET: socket },
      { program: join(directory, 'systemd-notify'), onFailure: (reason) => failures.push(reason) },
    );
    await notifier.stopping('FAILED');
    expect(failures).toEqual(['cannot run systemd-notify: no such file or directory']);
  });

  it('cannot fail where nobody wants to know', async () => {
    await expect(createNotifier(environmentWith('exit 1')).ready('DEPLOYED')).resolves.toBeUndefined();
  });
});
