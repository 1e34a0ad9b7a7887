import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { done, rootWith, simulator } from '../cli/harness.ts';
import { faultsIn } from '../report/schema.ts';
import { rcWait, start } from './program.ts';

const { play } = await simulator();
const faults = faultsIn('result');

/** Long enough for one answer on a machine that is busy; those who wait for it do so at the same time. */
const enough = '8s';

/** `rc-wait wait --output json`, the network left alone. */
async function wait(flags: readonly string[], ...args: string[]) {
  const ended = await rcWait(['wait', '--network', 'off', '--output', 'json', ...flags, ...args]);
  expect(ended.out).toMatch(/^[^\n]+\n$/);
  const document = JSON.parse(ended.out) as { outcome: string; message: string };
  expect(faults(document)).toEqual([]);
  return { ...ended, ...document };
}

describe.concurrent('rc-wait wait', () => {
  it.concurrent.each<[string, object, string, number, RegExp]>([
    ['DEPLOYED', done, 'deployed', 0, /^DEPLOYED already at the first look: /],
    [
      'FAILED',
      { ...done, outcome: 'FAILED' },
      'failed',
      1,
      /^FAILED already at the first look: .*did not succeed/,
    ],
    [
      'UNPROCESSABLE',
      { ...done, outcome: 'UNPROCESSABLE' },
      'unprocessable',
      3,
      /^UNPROCESSABLE already at the first look: .*will not automate/,
    ],
    [
      'DEPLOYING for ever',
      { deployedAfter: 'never' },
      'timeout',
      124,
      /^the deadline passed after .*: task "/,
    ],
    [
      'always 403',
      { unknown: true },
      'refused',
      77,
      /^the API refused this server all along \(403\), for .*: either more than 30 requests a minute .* or they do not leave by its ServiceNet address; rc-wait doctor /,
    ],
    [
      'an API that answers HTML',
      { faults: [{ kind: 'html' }] },
      'unavailable',
      69,
      /no usable answer within .*: .*HTML page/,
    ],
    ['an API that hangs', { faults: [{ kind: 'hang' }] }, 'unavailable', 69, /no usable answer within /],
  ])('%s', async (_, patch, outcome, exit, message) => {
    const ended = await wait(play(patch).flags, '--timeout', enough);
    expect(ended).toMatchObject({ exit, outcome, message: expect.stringMatching(message) });
  });

  it('connection refused', async () => {
    const ended = await wait([...play().flags, '--api-url', 'http://127.0.0.1:1'], '--timeout', enough);
    expect(ended).toMatchObject({
      exit: 69,
      message: expect.stringMatching(
        /no usable answer within 8 s: connection refused \(http:\/\/127\.0\.0\.1:\d+\)$/,
      ),
    });
    expect(ended.err).toMatch(
      /^rc-wait: waiting for RackConnect: no usable answer \d times?: connection refused \(http:\/\/127\.0\.0\.1:\d+\); waited \d+ m?s$/m,
    );
  });

  it('something that is not HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const ended = await wait([...play().flags, '--api-url', `http://127.0.0.1:${port}`], '--timeout', enough);
    server.close();
    expect(ended).toMatchObject({
      exit: 69,
      message: expect.stringMatching(/the answer is not HTTP \(http:\S+\)$/),
    });
  });

  it('is one plain line for each change where there is no terminal', async () => {
    const server = play({ deployedAfter: 'never', tasks: [{ name: 'Update access', endsAfter: 'never' }] });
    const program = start(['wait', '--network', 'off', ...server.flags]);
    await program.saw(/IN_PROGRESS/);
    server.set({ outcome: 'DEPLOYED', now: true });
    const { exit, out, err } = await program.ended;
    expect(exit).toBe(0);
    expect(err.replaceAll(/waited [\dmins ]+$/gm, 'waited TIME').split('\n')).toEqual([
      'rc-wait: waiting for RackConnect; waited TIME',
      'rc-wait: DEPLOYING: task "Update access" is IN_PROGRESS; waited TIME',
      'rc-wait: DEPLOYED; waited TIME',
      '',
    ]);
    expect(out).toMatch(/^DEPLOYED after .*\n\d requests?\n$/);
  });

  it('is silent but for its result when asked to be quiet', async () => {
    const { exit, out, err } = await rcWait(['wait', '--network', 'off', '--quiet', ...play(done).flags]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out.split('\n')).toHaveLength(3);
  });

  it('sets the gateway below another root, and everything it says is in its place', async () => {
    const root = rootWith();
    const { exit, out, err } = await rcWait([
      'wait',
      '--output',
      'json',
      '--root',
      root,
      ...play(done).flags,
    ]);
    expect({ exit, document: faults(JSON.parse(out)) }).toEqual({ exit: 0, document: [] });
    expect(JSON.parse(out)).toMatchObject({ network: { action: 'changed', interface: 'eth1' } });
    expect(err).toContain('rc-wait: netplan manages eth1: its files configure it\n');
  });
});

describe.concurrent('a signal', () => {
  it.concurrent.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a wait at once, with its result', async (signal, exit) => {
    const program = start(['wait', '--output', 'json', ...play({ deployedAfter: 'never' }).flags]);
    await program.saw(/DEPLOYING/);
    program.child.kill(signal);
    const ended = await program.ended;
    expect(ended.exit).toBe(exit);
    const document = JSON.parse(ended.out) as Record<string, unknown>;
    expect(faults(document)).toEqual([]);
    expect(document).toMatchObject({
      outcome: 'interrupted',
      automation_status: 'DEPLOYING',
      requests: { sent: 1 },
    });
  });

  it('ends a question, which has no result', async () => {
    const server = play({ faults: [{ kind: 'hang' }] });
    const program = start(['status', '--output', 'json', ...server.flags]);
    await expect.poll(() => server.requests()).toBe(1);
    program.child.kill('SIGTERM');
    expect(await program.ended).toEqual({ exit: 143, out: '', err: 'rc-wait: interrupted by SIGTERM\n' });
  });

  it('ends the simulator in order', async () => {
    const program = start(['simulate', '--listen', '127.0.0.1:0']);
    await program.saw(/^http:\/\/127\.0\.0\.1:\d+\n/);
    program.child.kill('SIGINT');
    expect(await program.ended).toMatchObject({ exit: 0, err: '' });
  });
});
