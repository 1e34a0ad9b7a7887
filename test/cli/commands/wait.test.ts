import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Interrupted } from '../../../src/app/io.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { faultsIn } from '../../report/schema.ts';
import { createTerminal } from '../../report/terminal.ts';
import { until } from '../../support/until.ts';
import {
  done,
  hostileAnswer,
  netplan,
  netplanPath,
  type Played,
  type Ran,
  rcWait,
  rootWith,
  simulator,
} from '../harness.ts';

const { play } = await simulator();
const faults = faultsIn('result');

interface Waited extends Ran {
  readonly document: Record<string, unknown>;
}

/** `rc-wait wait --output json`, its document checked against the published schema. */
async function wait(server: Played, ...args: string[]): Promise<Waited> {
  const ran = await rcWait(['wait', '--output', 'json', ...server.flags, ...args]);
  expect(ran.out).toMatch(/^[^\n]+\n$/);
  const document = JSON.parse(ran.out) as Record<string, unknown>;
  expect(faults(document)).toEqual([]);
  return { ...ran, document };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('DEPLOYED', () => {
  it('is told at once, and the network left alone when it is not to be touched', async () => {
    const server = play(done);
    const { exit, document } = await wait(server, '--network', 'off');
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      outcome: 'deployed',
      automation_status: 'DEPLOYED',
      network: { action: 'skipped', reason: 'by --network off' },
      requests: { sent: 1, refused: 0, shared: 0 },
    });
    expect(server.requests()).toBe(1);
  });

  it('leaves the network to RackConnect where that configures it', async () => {
    const server = play({ ...done, features: { configureNetworkStack: true } });
    const { exit, document } = await wait(server);
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      network: { action: 'skipped' },
      features: [{ name: 'ConfigureNetworkStack', enabled: true }],
      gateway_ip: null,
      requests: { sent: 2 },
    });
  });

  it('sets the gateway where that is the owner’s to do, once', async () => {
    const server = play(done);
    const root = rootWith();
    // Answers are shared while they are younger than the pace. On a slow clock they are, on a busy machine too.
    const { nowMs } = systemClock;
    const beganMs = nowMs();
    vi.spyOn(systemClock, 'nowMs').mockImplementation(() => beganMs + (nowMs() - beganMs) / 100);
    const first = await wait(server, '--root', root);
    expect(first.exit).toBe(0);
    expect(first.document).toMatchObject({
      gateway_ip: '10.208.0.1',
      network: { action: 'changed', stack: 'netplan', interface: 'eth1' },
    });
    const second = await wait(server, '--root', root);
    expect(second.document).toMatchObject({
      network: { action: 'unchanged' },
      requests: { sent: 0, shared: 3 },
    });
  });

  it('sets the gateway without asking for the features when the stack is named', async () => {
    const server = play({ ...done, features: { configureNetworkStack: true } });
    const { document } = await wait(
      server,
      '--root',
      rootWith(),
      '--network',
      'netplan',
      '--interface',
      'eth1',
    );
    expect(document).toMatchObject({ network: { action: 'changed' }, features: [], requests: { sent: 2 } });
  });

  it('is told in plain lines, one for each change', async () => {
    const { out, err } = await rcWait(['wait', '--network', 'off', ...play(done).flags]);
    expect(out).toMatch(/^DEPLOYED already at the first look: network left alone: .*\n1 request\n$/);
    expect(err).toMatch(
      /^rc-wait: waiting for RackConnect; waited \d+ m?s\nrc-wait: DEPLOYED; waited \d+ m?s\n$/,
    );
  });

  it('is told quietly when asked to be', async () => {
    expect((await rcWait(['wait', '--network', 'off', '--quiet', ...play(done).flags])).err).toBe('');
  });

  it('is logged in JSON when asked to be', async () => {
    const args = ['wait', '--network', 'off', '--log-format', 'json', '--log-level', 'debug'];
    const { err } = await rcWait([...args, ...play(done).flags]);
    const messages = err
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    const [said, rest] = [/^(roles|instance id) by /].flatMap((who) => [
      messages.filter((message) => who.test(message)),
      messages.filter((message) => !who.test(message)),
    ]);
    expect(said).toContain('roles by the config drive: no config drive with a vendor_data.json is mounted');
    expect(said).toHaveLength(5);
    expect(rest).toEqual([
      expect.stringMatching(/^asking http:\/\/127\.0\.0\.1:\d+ from 127\.9\./),
      'waiting for RackConnect',
      'DEPLOYED',
    ]);
  });

  it('is logged with priorities for the journal', async () => {
    const { err } = await rcWait([
      'wait',
      '--network',
      'off',
      '--log-format',
      'journal',
      ...play(done).flags,
    ]);
    expect(err).toMatch(/^<6>waiting for RackConnect; waited \d+ m?s\n<6>DEPLOYED; waited \d+ m?s\n$/);
  });
});

describe('the other ends', () => {
  // Side by side: most of them wait for their deadline.
  it.concurrent.each<[string, unknown, number, string, RegExp]>([
    [
      'FAILED',
      { ...done, outcome: 'FAILED', tasks: [{ name: 'Update access', endsAfter: '0s' }] },
      1,
      'failed',
      /^FAILED already at the first look: .*\(Update access: FAILED\)$/,
    ],
    [
      'UNPROCESSABLE',
      { ...done, outcome: 'UNPROCESSABLE' },
      3,
      'unprocessable',
      /^UNPROCESSABLE already at the first look: /,
    ],
    ['still DEPLOYING', { deployedAfter: 'never' }, 124, 'timeout', /^the deadline passed after .*: task "/],
    [
      'a word that nobody knows',
      { ...done, outcome: 'PAUSED' },
      124,
      'timeout',
      /the API says PAUSED, which is neither/,
    ],
    [
      'no gateway',
      { ...done, gateway: 'none' },
      124,
      'timeout',
      /^DEPLOYED, but the deadline passed after .*: the gateway is not assigned yet \(404\)$/,
    ],
    ['403 all along', { unknown: true }, 77, 'refused', /^the API refused this server all along \(403\)/],
    ['404', { unknown: { status: 404 } }, 69, 'unavailable', /the API does not know this server \(404\)/],
    [
      'a captive portal',
      { faults: [{ kind: 'html' }] },
      69,
      'unavailable',
      /^the API gave no usable answer within .*: .*(HTML|page)/i,
    ],
    ['500', { faults: [{ kind: 'status', status: 500 }] }, 69, 'unavailable', /an error of its own \(500\)/],
  ])('%s', async (_, patch, exit, outcome, message) => {
    const ran = await wait(play(patch), '--timeout', '5s', '--root', rootWith());
    expect(ran.exit).toBe(exit);
    expect(ran.document).toMatchObject({ outcome, message: expect.stringMatching(message) });
  });

  it('nobody there', async () => {
    const server = play();
    const { exit, out } = await rcWait([
      'wait',
      ...server.flags,
      '--api-url',
      'http://127.0.0.1:1',
      '--timeout',
      '2s',
      '--quiet',
    ]);
    expect({ exit, out }).toEqual({
      exit: 69,
      out: expect.stringMatching(
        /^the API gave no usable answer within \d+ m?s: connection refused \(http:\/\/127\.0\.0\.1:1\)\n/,
      ),
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s, with a result', async (by, exit) => {
    const controller = new AbortController();
    const server = play({ deployedAfter: 'never' });
    const running = rcWait(['wait', '--output', 'json', ...server.flags], { signal: controller.signal });
    await until(() => server.requests() > 0);
    controller.abort(new Interrupted(by));
    const ran = await running;
    expect(ran.exit).toBe(exit);
    expect(faults(JSON.parse(ran.out))).toEqual([]);
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'interrupted', requests: { sent: 1 } });
  });
});

describe('a network that cannot be configured', () => {
  it.each<[string, unknown, Record<string, string>, string, RegExp]>([
    [
      'a gateway outside every prefix',
      { gateway: { address: '10.99.0.1' } },
      { [netplanPath]: netplan },
      'GATEWAY_INVALID',
      /^cannot use the gateway 10\.99\.0\.1: it lies in no prefix of this server \(.*eth1 has 10\.208\.5\.7\/19/,
    ],
    [
      'a gateway that is the server itself',
      { gateway: { address: '10.208.5.7' } },
      { [netplanPath]: netplan },
      'GATEWAY_INVALID',
      /it is an address of eth1 itself/,
    ],
    [
      'a file that is not YAML',
      {},
      { [netplanPath]: 'network: [\n  eth1: {' },
      'NETWORK_FILE',
      /^cannot read \/etc\/netplan\/50-cloud-init\.yaml(:| line )/,
    ],
    [
      'features that cannot be understood',
      { features: { novelty: true } },
      { [netplanPath]: netplan },
      'NETWORK_UNDECIDED',
      /^cannot tell who configures the network/,
    ],
  ])('%s: 73, and nothing changed', async (_, patch, files, code, message) => {
    const root = rootWith(files);
    const server = play({ ...done, ...(patch as object) });
    const { exit, document } = await wait(server, '--root', root);
    expect(exit).toBe(73);
    expect(document).toMatchObject({
      outcome: 'network-failed',
      network: null,
      error: { code, message: expect.stringMatching(message) },
    });
    for (const [path, text] of Object.entries(files))
      expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });

  it('says at its start that root is needed, and ends with 77 when it comes to that', async () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    const { exit, document, err } = await wait(play(done));
    expect(exit).toBe(77);
    expect(document).toMatchObject({ outcome: 'network-failed', error: { code: 'PERMISSION' } });
    expect(err).toMatch(/^rc-wait: warning: not root: should the gateway have to be set, it cannot be/);
  });
});

describe('on a terminal', () => {
  it('shows a block, of which the tasks stay when the result is printed', async () => {
    const terminal = createTerminal();
    const server = play({ deployedAfter: 'never' });
    const running = rcWait(['wait', '--network', 'off', ...server.flags], {
      columns: 70,
      err: terminal.write,
      env: { NO_COLOR: '1' },
    });
    await until(() => terminal.screen().some((line) => line.includes('DEPLOYING')));
    expect(terminal.screen()).toContainEqual(expect.stringMatching(/^ {2}next request: .* \(\d+ sent\)$/));
    server.set({ outcome: 'DEPLOYED', now: true });
    expect((await running).exit).toBe(0);
    // The tasks stay, with their times; the result is on standard output.
    const text = terminal
      .screen()
      .map((line) => line.trim())
      .join(' ');
    expect(text).toMatch(
      /^COMPLETED +Cloud Server Created: Add "rackconnect" user, took over .* COMPLETED .*, took .* COMPLETED .*, took /,
    );
    expect(text).not.toContain('RackConnect:');
  });

  it('is sent no control sequence of the API', async () => {
    const terminal = createTerminal();
    const server = play({ faults: [hostileAnswer] });
    await rcWait(['wait', '--timeout', '2s', ...server.flags], { columns: 70, err: terminal.write });
    expect(terminal.writes.join('')).toContain('[2J DEPLOYED');
    expect(terminal.writes.join('')).not.toContain('\u001b[2J');
  });

  it('shows nothing when asked to be quiet', async () => {
    const { err } = await rcWait(['wait', '--network', 'off', '--quiet', ...play(done).flags], {
      columns: 70,
    });
    expect(err).toBe('');
  });
});
