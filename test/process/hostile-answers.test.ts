import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';
import { rawServer } from '../rackconnect/servers.ts';
import { rcWait } from './program.ts';

/** The largest answer that is read, in bytes. */
const size = 2 ** 20;

/** An answer with as many of `unit` as fit. */
const full = (open: string, unit: string, close: string): string =>
  open + unit.repeat(Math.floor((size - open.length - close.length - 1) / unit.length)) + close;

/** An answer with members or attributes of different names. */
function named(open: string, close: string, most: number, one: (name: string) => string): string {
  const parts = [open];
  for (let length = open.length + close.length, at = 0; length < most - 40; at += 1) {
    const part = one(`a${at.toString(36)}`);
    parts.push(part);
    length += part.length;
  }
  return parts.join('') + close;
}

const answers: Readonly<Record<string, string>> = {
  'lists in lists': '['.repeat(size),
  'lists in lists, closed': '['.repeat(size / 2) + ']'.repeat(size / 2),
  'objects in objects': full('', '{"a":', ''),
  'elements in elements': full('', '<a>', ''),
  'elements in elements, as long as XML may be': '<a>'.repeat(2 ** 15) + '</a>'.repeat(2 ** 15),
  'many elements, as long as XML may be': `<a>${'<b/>'.repeat(65_000)}</a>`,
  'many attributes, as long as XML may be': named('<a', '/>', 2 ** 18, (name) => ` ${name}="1"`),
  'many small members': named('{"a":0', '}', size, (name) => `,"${name}":0`),
  'a wide list of objects': full('[', '{},', '{}]'),
  'a wide list of objects with members': full('[', '{"a":1},', '{}]'),
  'many long numbers': full('[', '1.2345678901234567890123,', '0]'),
  'one long number': full('{"automation_status":', '9', '}'),
  'one huge string': full('{"automation_status":"', 'x', '"}'),
  'a string of escapes': full('{"automation_status":"', '\\"', '"}'),
  'text of control characters': '\u0001'.repeat(size),
  'a huge text': 'A'.repeat(size),
};

let body = '';
const server = await rawServer((socket) =>
  socket.end(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  ),
);
afterAll(() => server.close());

const status = ['status', '--api-url', server.url.origin, '--source-address', '127.0.0.1'];

/** The largest resident set of rc-wait with this answer, in MB. */
async function peakMbFor(answer: string, args: readonly string[] = status, env: Record<string, string> = {}) {
  body = answer;
  const peak = join(scratch(), 'peak');
  const { exit, err } = await rcWait([...args, ...(args === status ? ['--state-dir', scratch()] : [])], {
    nodeArgs: ['--import', new URL('./peak.ts', import.meta.url).href],
    env: { ...env, RC_WAIT_TEST_PEAK: peak },
  });
  return { exit, err, peakMb: Number(readFileSync(peak, 'utf8')) / 1024 };
}

// The sources: reading them takes what the built program does not need, so the usual answer is the measure.
const usual = await peakMbFor('{"automation_status":"DEPLOYED"}');

/** What the built program leaves of 120 MB beside its own 65. */
const mostMb = 50;

describe('an answer of 1 MiB of any kind has a bound in memory', () => {
  it.each(Object.entries(answers))('%s', async (kind, answer) => {
    expect(answer.length).toBeLessThanOrEqual(size);
    const { exit, err, peakMb } = await peakMbFor(answer);
    console.info(`${kind}: ${peakMb.toFixed(0)} MB; a usual answer: ${usual.peakMb.toFixed(0)} MB`);
    expect({ exit, err }).toMatchObject({ exit: 69, err: expect.stringMatching(/^rc-wait: cannot/) });
    expect(peakMb - usual.peakMb).toBeLessThanOrEqual(mostMb);
  });
});

const login = {
  HOME: scratch(),
  RAX_AUTH_URL: `${server.url.origin}/v2.0`,
  RAX_USERNAME: 'demo',
  RAX_API_KEY: 'demo-api-key',
};
const askIdentity = (answer: string) => peakMbFor(answer, ['remote', '--all', '--timeout', '5s'], login);
const usualLogin = await askIdentity('{"access":{}}');

describe('so has one of identity', () => {
  it.each([
    'lists in lists, closed',
    'objects in objects',
    'a wide list of objects with members',
    'one huge string',
  ])('%s', async (kind) => {
    const { exit, peakMb } = await askIdentity(answers[kind] ?? '');
    console.info(`${kind}: ${peakMb.toFixed(0)} MB; a usual answer: ${usualLogin.peakMb.toFixed(0)} MB`);
    expect(exit).toBe(usualLogin.exit);
    expect(peakMb - usualLogin.peakMb).toBeLessThanOrEqual(mostMb);
  });
});
