import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Server } from './server.ts';

/** Rests between two looks at something that must not happen. */
const settledMs = 1500;

const longMs = 5 * 60_000;

/** How long the start may last unless it is extended: time enough for a busy machine to begin it. */
const startTimeoutMs = 40_000;
const shortTimeout = `[Service]\nTimeoutStartSec=${startTimeoutMs / 1000}s\n`;

/** CLD_EXITED: it ended itself, and was not killed. */
const exited = '1';

const isActive = (server: Server, unit: string) => server.ask('systemctl', 'is-active', unit);

/** Stops the wait with SIGSTOP, until another has taken its place; how long it took to be killed, in ms. */
async function untilKilledForHanging(server: Server): Promise<number> {
  // Else an end before this one would be taken for it.
  expect(await server.ask('systemctl', 'show', '-P', 'NRestarts', 'rc-wait.service')).toBe('0');
  const pid = await server.mainPid();
  await server.run('systemctl', 'kill', '--signal=STOP', '--kill-whom=main', 'rc-wait.service');
  const stoppedMs = performance.now();
  const timedOut = async () =>
    /result 'timeout'/.test(await server.ask('journalctl', '-b', '--no-pager', '-u', 'rc-wait.service'));
  await server.until('it is killed for a time-out', timedOut, 150_000);
  const killedMs = performance.now();
  await server.untilAnotherWaits(pid);
  return Math.round(killedMs - stoppedMs);
}

// What takes its time because the service does: scripts/test lets that pass beside other tests.
describe.concurrent('rc-wait.service', () => {
  it('still waits after five minutes, and then ends as ever', async ({ annotate, expect }) => {
    await using server = await Server.boot({ stack: 'netplan' });
    const bootedMs = performance.now();
    await delay(longMs);
    expect(await isActive(server, 'rc-wait.service')).toBe('activating');
    await server.deploymentEnds('DEPLOYED');
    await server.untilUnit('dependent.service', ['active']);
    const { requests, maxIn60s } = await server.summary();
    await annotate(
      `${requests} requests in ${Math.round((performance.now() - bootedMs) / 1000)} s, at most ${maxIn60s} in 60 s`,
    );
    expect(maxIn60s).toBeLessThanOrEqual(29);
  });

  it('outlives the start timeout and a daemon-reload, and when it hangs is still killed, and goes on', async ({
    annotate,
    expect,
  }) => {
    await using server = await Server.boot({ stack: 'netplan', dropIn: shortTimeout });
    await delay(startTimeoutMs + 5_000);
    expect(await isActive(server, 'rc-wait.service')).toBe('activating');

    await server.run('systemctl', 'daemon-reload');
    await delay(settledMs);
    expect(await isActive(server, 'rc-wait.service')).toBe('activating');

    await annotate(`killed ${await untilKilledForHanging(server)} ms after SIGSTOP`);
    expect(await isActive(server, 'dependent.service')).toBe('inactive');
    await server.deploymentEnds('DEPLOYED');
    await server.untilUnit('dependent.service', ['active']);
  });

  it('is killed when it hangs where nothing was reloaded, and goes on', async ({ annotate, expect }) => {
    await using server = await Server.boot({ stack: 'ifupdown', dropIn: shortTimeout });
    await delay(startTimeoutMs + 5_000);
    await annotate(`killed ${await untilKilledForHanging(server)} ms after SIGSTOP`);
    expect(await isActive(server, 'dependent.service')).toBe('inactive');
  });

  it('keeps to the quota over restarts', async ({ annotate, expect }) => {
    await using server = await Server.boot({ stack: 'netplan', dependent: false });
    for (let restart = 0; restart < 8; restart += 1) {
      await server.run('systemctl', 'restart', '--no-block', 'rc-wait.service');
      await delay(3000);
    }
    await delay(40_000);
    // On a busy machine a restart takes longer than the pause after it.
    await server.until('the waits have asked', async () => (await server.summary()).requests > 15);
    const { requests, refused, maxIn60s } = await server.summary();
    await annotate(`${requests} requests, at most ${maxIn60s} in 60 s, ${refused} refused`);
    expect(refused).toBe(0);
    expect(maxIn60s).toBeLessThanOrEqual(29);
    expect(await isActive(server, 'rc-wait.service')).toBe('activating');
  });

  it('ends a change of the network that was begun, however long that takes, when it is stopped', async ({
    expect,
  }) => {
    // Longer than TimeoutStopSec= of the unit.
    await using server = await Server.boot({ stack: 'netplan', netplanSleepsS: 40 });
    await server.deploymentEnds('DEPLOYED');
    const applying = async () => (await server.run('cat', '/run/netplan.applying')) === '';
    await server.until('netplan apply has begun', applying);
    await server.run('systemctl', 'stop', '--no-block', 'rc-wait.service');
    await server.untilUnit('rc-wait.service', ['inactive', 'failed']);

    const { ExecMainCode, ActiveState } = await server.unit('rc-wait.service');
    expect({ ExecMainCode, ActiveState }).toEqual({ ExecMainCode: exited, ActiveState: 'inactive' });
    expect(await server.run('ip', 'route', 'show', 'default')).toMatch(
      /^default via 10\.208\.0\.1 dev eth1 [^\n]*$/,
    );
  });
});
