import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Interrupted } from '../../../src/app/io.ts';
import { faultsIn } from '../../report/schema.ts';
import { done, hostileAnswer, rcWait, simulator } from '../harness.ts';

const { play } = await simulator();
const faults = faultsIn('answer');

const task = { name: 'Cloud Server Created: Add "rackconnect" user', endsAfter: '0s' };

describe('for a person', () => {
  it('the status is a word', async () => {
    expect(await rcWait(['status', ...play(done).flags])).toEqual({ exit: 0, out: 'DEPLOYED\n', err: '' });
  });

  it('the status is no error, whatever it is', async () => {
    const { exit, out } = await rcWait(['status', ...play({ ...done, outcome: 'FAILED' }).flags]);
    expect({ exit, out }).toEqual({ exit: 0, out: 'FAILED\n' });
  });

  it('the details are the status and the tasks', async () => {
    const { out } = await rcWait(['details', ...play({ deployedAfter: 'never', tasks: [task] }).flags]);
    expect(out).toBe('DEPLOYING\n  COMPLETED    Cloud Server Created: Add "rackconnect" user\n');
  });

  it('the gateway is its address', async () => {
    expect((await rcWait(['gateway', ...play(done).flags])).out).toBe('10.208.0.1\n');
  });

  it('the features are words', async () => {
    const { out } = await rcWait([
      'features',
      ...play({ ...done, features: { configureNetworkStack: true, other: false } }).flags,
    ]);
    expect(out).toBe('enabled      ConfigureNetworkStack\ndisabled     other\n');
  });

  it('no name of a task moves the cursor or forges a line', async () => {
    const { out } = await rcWait(['details', ...play({ faults: [hostileAnswer] }).flags]);
    expect(out).toMatch(/^DEPLOYING\n {2}PENDING {6}\[2J DEPLOYED\n$/);
  });
});

describe("the API's own answer", () => {
  it.each([
    ['status', 'text', 'DEPLOYED\n'],
    ['status', 'json', /^\{.*"automation_status":\s*"DEPLOYED".*\}\n$/s],
    ['status', 'xml', /^<.*DEPLOYED.*>\n$/s],
    ['details', 'xml', /^<.*COMPLETED.*>\n$/s],
    ['gateway', 'text', '10.208.0.1\n'],
    ['gateway', 'xml', /^<.*10\.208\.0\.1.*>\n$/s],
    ['features', 'json', /^\{.*ConfigureNetworkStack.*\}\n$/s],
  ])('to %s as %s', async (command, format, expected) => {
    const { exit, out } = await rcWait([command, '--format', format, ...play(done).flags]);
    expect(exit).toBe(0);
    expect(out).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  it.each(['details', 'features'])(
    'is not offered as text for %s, which costs no request',
    async (command) => {
      const server = play(done);
      const { exit, err } = await rcWait([command, '--format', 'text', ...server.flags]);
      expect(exit).toBe(64);
      expect(err).toMatch(
        /cannot ask for \S+ as text: the API has it as json or xml\n +use --format json or xml\n/,
      );
      expect(server.requests()).toBe(0);
    },
  );
});

describe('for a program', () => {
  it.each(['status', 'details', 'gateway', 'features'])(
    'the answer to %s is one line, as it is published',
    async (command) => {
      const { exit, out, err } = await rcWait([command, '--output', 'json', ...play(done).flags]);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(out).toMatch(/^[^\n]+\n$/);
      const document = JSON.parse(out) as Record<string, unknown>;
      expect(faults(document)).toEqual([]);
      expect({ ...document, age_ms: 0 }).toMatchSnapshot();
      for (const name of Object.keys(document)) {
        const { [name]: _left, ...rest } = document;
        // `status` and `details` ask for the same thing, and the one has less to tell.
        if (!(command === 'details' && ['tasks', 'unread'].includes(name)))
          expect(faults(rest), name).not.toEqual([]);
      }
      expect(faults({ ...document, extra: 1 })).not.toEqual([]);
    },
  );

  it('says so when another process had just got the answer', async () => {
    const server = play(done);
    await rcWait(['details', ...server.flags]);
    const { out, err } = await rcWait(['status', '--output', 'json', ...server.flags]);
    expect(JSON.parse(out)).toMatchObject({ shared: true });
    expect(err).toMatch(/^rc-wait: this is the answer that another rc-wait process got \d+ ms ago\n$/);
    expect(server.requests()).toBe(1);
  });

  it('says nothing of it when asked to be quiet', async () => {
    const server = play(done);
    await rcWait(['gateway', ...server.flags]);
    expect((await rcWait(['gateway', '--quiet', ...server.flags])).err).toBe('');
  });
});

describe('without a usable answer', () => {
  it.each<[string, unknown, string, number, string]>([
    [
      'gateway',
      { deployedAfter: 'never' },
      'the gateway',
      69,
      'cannot get gateway_ip from URL: the gateway is not assigned yet, or the API does not know this server (404)',
    ],
    [
      'features',
      { unknown: { status: 404 } },
      'a stranger',
      69,
      'cannot get automation_features from URL: the API does not know this server (404)',
    ],
    [
      'status',
      { unknown: true },
      'a stranger',
      77,
      'cannot get automation_status/details from URL: the API refused this server (403)',
    ],
    [
      'status',
      { faults: [{ kind: 'status', status: 500 }] },
      'trouble',
      69,
      'cannot get automation_status/details from URL: the API answers with an error of its own (500)',
    ],
    [
      'status',
      { faults: [{ kind: 'redirect', location: 'http://127.0.0.1:9/login' }] },
      'a redirect',
      69,
      'cannot get automation_status/details from URL: the API answers with status 302, a redirect to http://127.0.0.1:9/login',
    ],
    [
      'status',
      { faults: [{ kind: 'status', status: 401 }] },
      '401',
      69,
      'cannot get automation_status/details from URL: the API answers with status 401',
    ],
    [
      'status',
      { faults: [{ kind: 'reset' }] },
      'a reset',
      69,
      'cannot get automation_status/details from URL: ',
    ],
    ['status', { faults: [{ kind: 'html' }] }, 'a captive portal', 69, 'cannot read the answer of URL: '],
    ['details', { faults: [{ kind: 'garbage' }] }, 'garbage', 69, 'cannot read the answer of URL: '],
    ['features', { faults: [{ kind: 'html' }] }, 'a captive portal', 69, 'cannot read the answer of URL: '],
    [
      'gateway',
      { ...done, faults: [{ kind: 'body', text: 'soon' }] },
      'a word',
      69,
      'cannot read the answer of URL: ',
    ],
  ])('%s: %o', async (command, patch, _, exit, message) => {
    const server = play(patch);
    const ran = await rcWait([command, '--output', 'json', ...server.flags]);
    expect(ran).toMatchObject({ exit, out: '' });
    expect(ran.err.startsWith(`rc-wait: ${message.replace('URL', server.url)}`), ran.err).toBe(true);
    expect(ran.err.split('\n').length).toBeLessThanOrEqual(3);
  });

  it('says why it hangs, and gives up in time', async () => {
    const server = play({ unknown: true });
    await rcWait(['gateway', ...server.flags]);
    const { exit, err } = await rcWait(['status', '--timeout', '2s', ...server.flags]);
    expect(exit).toBe(69);
    expect(err).toMatch(
      /^rc-wait: refused \(403\) 1 time: something else .*; not asking again: the deadline is in \d+ s\n/,
    );
    expect(err).toMatch(
      /rc-wait: cannot ask within 2 s: refused \(403\) 1 time: .*\n +give it longer with --timeout\n$/,
    );
    expect(server.requests()).toBe(1);
  });

  it('is quiet about the delay when asked to be', async () => {
    const server = play({ unknown: true });
    await rcWait(['gateway', ...server.flags]);
    const { err } = await rcWait(['status', '--quiet', '--timeout', '2s', ...server.flags]);
    expect(err).toMatch(/^rc-wait: cannot ask within 2 s/);
  });

  it('gives up on an API that hangs', async () => {
    const { exit, err } = await rcWait([
      'status',
      '--timeout',
      '2s',
      ...play({ faults: [{ kind: 'hang' }] }).flags,
    ]);
    expect(exit).toBe(69);
    expect(err).toContain('rc-wait: cannot ask within 2 s: no answer came\n');
  });

  it('a --timeout of months does not end at once', async () => {
    const { exit, out } = await rcWait(['status', '--timeout', '60d', ...play(done).flags]);
    expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
  });

  it('ends by a signal', async () => {
    const controller = new AbortController();
    const server = play({ faults: [{ kind: 'hang' }] });
    const ran = rcWait(['status', '--timeout', 'infinity', ...server.flags], { signal: controller.signal });
    setTimeout(() => controller.abort(new Interrupted('SIGTERM')), 100);
    expect(await ran).toEqual({ exit: 143, out: '', err: 'rc-wait: interrupted by SIGTERM\n' });
  });
});

it('says that a damaged ledger was set aside', async () => {
  const server = play(done);
  mkdirSync(server.stateDir, { recursive: true });
  writeFileSync(
    join(server.stateDir, 'ledger.db'),
    'this is no database, but long enough to be taken for one'.repeat(99),
  );
  const { exit, err } = await rcWait(['status', '--timeout', '2s', ...server.flags]);
  expect(exit).toBe(69);
  expect(err).toMatch(
    /^rc-wait: the ledger \S+ is damaged \(.*\): set aside as \S+\.damaged-\d+ and started anew/,
  );
  expect(server.requests()).toBe(0);
});
