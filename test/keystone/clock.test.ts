import { describe, expect, it } from 'vitest';
import { type Front, front } from './front.ts';
import { cloud, northern, rcWait } from './program.ts';
import { briefLifeMs } from './server.ts';

const brief = await front(cloud.urls.brief);
const behind = await front(cloud.urls.behind);

/** A wait for a server that takes its time; the logins and the questions that it took. */
async function wait(keystone: Front, service: string) {
  const args = ['--service', service, '--regions', 'RegionOne', '--interval', '1s', '--output', 'json'];
  const { exit, out, err } = await rcWait(['remote', '--all', ...args], {
    env: { ...northern, OS_AUTH_URL: `${keystone.url}/v3` },
  });
  expect({ exit, err }).toMatchObject({ exit: 0 });
  const { waited_ms: waitedMs, requests, servers } = JSON.parse(out);
  expect(servers).toMatchObject([{ name: 'north.me.fleet.RegionOne', outcome: 'deployed' }]);
  expect(keystone.logins.every((status) => status === 201)).toBe(true);
  return { waitedMs, logins: keystone.logins.length, questions: requests.sent - keystone.logins.length };
}

describe('a wait', () => {
  it.concurrent('logs in once for each life of a token, though it lives for seconds', async () => {
    const { waitedMs, logins, questions } = await wait(brief, 'nova-changing');
    console.info(`tokens of ${briefLifeMs} ms: ${logins} logins, ${questions} questions in ${waitedMs} ms`);
    expect(logins).toBeGreaterThan(1);
    expect(logins).toBeLessThanOrEqual(Math.ceil(waitedMs / briefLifeMs) + 1);
    expect(questions).toBeGreaterThan(logins);
  });

  it.concurrent('logs in once, though each token is over by the clock of this machine', async () => {
    const { waitedMs, logins, questions } = await wait(behind, 'nova-behind');
    console.info(`a clock behind ours: ${logins} logins, ${questions} questions in ${waitedMs} ms`);
    expect(logins).toBe(1);
    expect(questions).toBeGreaterThan(1);
  });
});
