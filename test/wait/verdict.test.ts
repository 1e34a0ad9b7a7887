import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/http/types.ts';
import { judgeDetails, judgeFeatures, judgeGateway } from '../../src/wait/verdict.ts';

const ok = (body: unknown): Reply => ({
  kind: 'ok',
  contentType: 'application/json',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('an answer to "is the automation done?"', () => {
  it.each(['DEPLOYED', 'FAILED', 'UNPROCESSABLE'] as const)('%s is the end', (status) => {
    expect(judgeDetails(ok({ automation_status: status, tasks: [{ name: 'a', status: 'DONE' }] }))).toEqual({
      kind: 'done',
      value: { status, tasks: [{ name: 'a', status: 'DONE' }] },
    });
  });

  it('DEPLOYING is not yet, because of the first task that has not ended', () => {
    const tasks = [
      { name: 'Add "rackconnect" user', status: 'COMPLETED' },
      { name: 'Update access', status: 'IN_PROGRESS' },
      { name: 'Provision', status: 'PENDING' },
    ];
    expect(judgeDetails(ok({ automation_status: 'DEPLOYING', tasks }))).toEqual({
      kind: 'not-yet',
      why: 'task "Update access" is IN_PROGRESS (and 1 more)',
      seen: { status: 'DEPLOYING', tasks },
    });
  });

  it.each([
    [[], 'the automation is at work'],
    [[{ name: 'a', status: 'COMPLETED' }], 'all tasks have ended, and the automation has not said so yet'],
    [[{ name: 'a', status: 'RUNNING' }], 'task "a" is RUNNING'],
  ])('DEPLOYING with the tasks %j: %s', (tasks, why) => {
    expect(judgeDetails(ok({ automation_status: 'DEPLOYING', tasks }))).toMatchObject({
      kind: 'not-yet',
      why,
    });
  });

  it('a word that nobody has seen is not yet, and is named', () => {
    const verdict = judgeDetails(ok({ automation_status: 'REBUILDING' }));
    expect(verdict).toMatchObject({ kind: 'not-yet', seen: { status: 'REBUILDING' } });
    expect(verdict).toHaveProperty('why', expect.stringContaining('REBUILDING'));
  });

  it.each<[Reply, RegExp]>([
    [{ kind: 'absent' }, /does not know this server \(404\)/],
    [{ kind: 'refused' }, /\(403\).*30 requests a minute/],
    [{ kind: 'failing', status: 503 }, /error of its own \(503\)/],
    [{ kind: 'unexpected', status: 418 }, /status 418/],
    [
      { kind: 'unexpected', status: 302, location: 'http://portal/' },
      /redirect \(302\) to http:\/\/portal\/, which is not followed/,
    ],
    [{ kind: 'unexpected', status: 200, reason: 'the answer is compressed' }, /compressed/],
    [{ kind: 'unreachable', code: 'ECONNREFUSED', reason: 'connection refused' }, /^connection refused$/],
    [ok('<!doctype html><html><body>Sign in</body></html>'), /HTML/],
    [ok(''), /empty/],
  ])('%j is no usable answer, and says why', (reply, why) => {
    const verdict = judgeDetails(reply);
    expect(verdict).toMatchObject({ kind: 'error', refused: reply.kind === 'refused' });
    expect(verdict).toHaveProperty('why', expect.stringMatching(why));
  });

  it('is never an end, whatever the body, unless the body says one of the three words', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        if (/deployed|failed|unprocessable/i.test(body)) return;
        expect(judgeDetails(ok(body)).kind).not.toBe('done');
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('an answer to "who configures the network?"', () => {
  const features = (enabled: unknown): Reply => ok([{ name: 'Configure network stack', enabled }]);

  it.each([
    [features(true), 'rackconnect'],
    [features(false), 'owner'],
    [features('who knows'), 'unknown'],
    [ok([{ name: 'Manage software firewall', enabled: true }]), 'unknown'],
  ])('%j: %s', (reply, networkStack) => {
    expect(judgeFeatures(reply)).toMatchObject({ kind: 'done', value: { networkStack } });
  });

  it('404 and HTML are no usable answers', () => {
    expect(judgeFeatures({ kind: 'absent' })).toMatchObject({ kind: 'error' });
    expect(judgeFeatures(ok('<html></html>'))).toMatchObject({ kind: 'error' });
  });
});

describe('an answer to "which gateway?"', () => {
  it('is the address, with any white space around it', () => {
    expect(judgeGateway({ kind: 'ok', contentType: 'text/plain', body: ' 10.176.60.255 \r\n' })).toEqual({
      kind: 'done',
      value: '10.176.60.255',
    });
  });

  it('404 is not yet: none is assigned', () => {
    expect(judgeGateway({ kind: 'absent' })).toEqual({
      kind: 'not-yet',
      why: 'the gateway is not assigned yet (404)',
    });
  });

  it('anything that is no address is no usable answer', () => {
    expect(judgeGateway(ok({ gateway_ip: 'soon' }))).toMatchObject({ kind: 'error', refused: false });
  });
});
