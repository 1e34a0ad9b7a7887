import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import type { Reply } from '../../src/http/types.ts';
import type { Operation } from '../../src/rackconnect/types.ts';
import { type JobOptions, runJob } from '../../src/wait/job.ts';
import type { LocalSource } from '../../src/wait/local-source.ts';
import { judgeManaged, judgeMetadata, type Managed } from '../../src/wait/local-verdicts.ts';
import type { Deployment } from '../../src/wait/verdict.ts';
import { answer, scriptedClient } from '../support/scripted-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const status = (word: string): Reply => answer({ automation_status: word });
const features = (enabled: unknown): Reply => answer([{ name: 'Configure network stack', enabled }]);
const gateway = answer({ gateway_ip: '10.208.0.1' });
const absent: Reply = { kind: 'absent' };

async function job(
  script: Partial<Record<Operation, readonly Reply[]>>,
  more: Partial<JobOptions<string>> = {},
) {
  const clock = new VirtualClock(0);
  const { client, asked } = scriptedClient(clock, script);
  const phases: string[] = [];
  const configured: string[] = [];
  const end = await clock.run(
    runJob<string>({
      client,
      clock,
      deadlineMs: 60_000,
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.kind === 'phase') phases.push(event.phase);
      },
      network: 'auto',
      configure: async (address) => {
        configured.push(address);
        return 'written';
      },
      ...more,
    }),
  );
  return { end, asked: asked.map(({ operation }) => operation), phases, configured };
}

const details = { 'automation_status/details': [status('DEPLOYING'), status('DEPLOYED')] };

describe('the whole job', () => {
  it('waits, asks for the features, then for the gateway, and hands it to the network', async () => {
    const { end, phases, configured } = await job({
      ...details,
      automation_features: [features(false)],
      gateway_ip: [absent, gateway],
    });
    expect(end).toMatchObject({
      kind: 'deployed',
      network: 'written',
      gateway: '10.208.0.1',
      deployment: { status: 'DEPLOYED' },
    });
    expect(phases).toEqual(['automation', 'features', 'gateway', 'network']);
    expect(configured).toEqual(['10.208.0.1']);
  });

  it('leaves the network alone where RackConnect configures it', async () => {
    const { end, asked, configured } = await job({ ...details, automation_features: [features(true)] });
    expect(end).toMatchObject({
      kind: 'deployed',
      network: { action: 'skipped', reason: expect.stringContaining('RackConnect configures') },
    });
    expect(asked).not.toContain('gateway_ip');
    expect(configured).toEqual([]);
  });

  it('asks neither for features nor for a gateway when the network is off', async () => {
    const { end, asked } = await job(details, { network: 'off' });
    expect(end).toMatchObject({ kind: 'deployed', network: { action: 'skipped' } });
    expect(new Set(asked)).toEqual(new Set(['automation_status/details']));
  });

  it('does what the owner says when he names a stack, whatever the features', async () => {
    const { end, asked } = await job({ ...details, gateway_ip: [gateway] }, { network: 'always' });
    expect(end).toMatchObject({ kind: 'deployed', network: 'written' });
    expect(asked).not.toContain('automation_features');
  });

  it('does not guess when the features do not say who configures the network', async () => {
    const { end, configured } = await job({ ...details, automation_features: [features('perhaps')] });
    expect(end).toMatchObject({
      kind: 'network-failed',
      error: { code: 'NETWORK_UNDECIDED', hint: expect.stringContaining('--network') },
    });
    expect(configured).toEqual([]);
  });

  it.each([
    ['FAILED', 'failed'],
    ['UNPROCESSABLE', 'unprocessable'],
  ])('%s ends it, and the network is not touched', async (word, kind) => {
    const { end, asked } = await job({ 'automation_status/details': [status(word)] });
    expect(end).toMatchObject({ kind, deployment: { status: word } });
    expect(asked).toEqual(['automation_status/details']);
  });

  it.each([
    ['automation', { 'automation_status/details': [status('DEPLOYING')] }, true],
    ['features', { ...details, automation_features: [{ kind: 'failing', status: 500 }] }, false],
    ['gateway', { ...details, automation_features: [features(false)], gateway_ip: [absent] }, true],
  ] as const)('says that the deadline passed while it waited for the %s', async (phase, script, answered) => {
    expect((await job(script)).end).toMatchObject({ kind: 'deadline', phase, answered });
  });

  it('keeps what is known when the network cannot be configured', async () => {
    const error = new RcWaitError('NETWORK_RELOAD', 'cannot reload');
    const configure = async (): Promise<string> => {
      throw error;
    };
    const { end } = await job(
      { ...details, automation_features: [features(false)], gateway_ip: [gateway] },
      { configure },
    );
    expect(end).toMatchObject({ kind: 'network-failed', error, gateway: '10.208.0.1' });
  });

  it('does not hide a mistake in the network step', async () => {
    const configure = async (): Promise<string> => {
      throw new TypeError('a bug');
    };
    await expect(
      job({ ...details, gateway_ip: [gateway] }, { configure, network: 'always' }),
    ).rejects.toThrow(TypeError);
  });
});

describe('an automation that fails after it was DEPLOYED', () => {
  const failed = answer({
    automation_status: 'FAILED',
    tasks: [{ name: 'Update access', status: 'FAILED' }],
  });
  const then = (...more: Reply[]) => ({
    'automation_status/details': [status('DEPLOYED'), status('DEPLOYED'), ...more],
    automation_features: [features(false)],
    gateway_ip: [absent],
  });

  it('has failed while its gateway is asked for, with its tasks', async () => {
    const { end, phases, configured } = await job(then(status('DEPLOYING'), failed));
    expect(end).toMatchObject({
      kind: 'failed',
      deployment: { status: 'FAILED', tasks: [{ name: 'Update access' }] },
      features: { networkStack: 'owner' },
    });
    expect(phases).toEqual(['automation', 'features', 'gateway']);
    expect(configured).toEqual([]);
  });

  it('is UNPROCESSABLE where it says so then', async () => {
    expect((await job(then(status('UNPROCESSABLE')))).end).toMatchObject({
      kind: 'unprocessable',
      deployment: { status: 'UNPROCESSABLE' },
    });
  });

  it('has failed while it is not known who sets the gateway', async () => {
    const { end } = await job({
      ...then(failed),
      automation_features: [{ kind: 'failing', status: 500 }],
    });
    expect(end).toMatchObject({ kind: 'failed', deployment: { status: 'FAILED' } });
  });

  it('has failed while Managed Operations is waited for', async () => {
    const never: LocalSource<Managed> = {
      read: async () => ({ verdict: { kind: 'not-yet', why: 'Managed Operations has not finished yet' } }),
    };
    expect((await job(then(failed), { managed: never })).end).toMatchObject({
      kind: 'failed',
      deployment: { status: 'FAILED' },
    });
  });

  it('is none where the status cannot be had any more: what is waited for still comes', async () => {
    const { end, asked } = await job({
      ...then({ kind: 'refused' }, { kind: 'failing', status: 503 }, absent, status('NOVEL')),
      gateway_ip: [...Array<Reply>(22).fill(absent), gateway],
    });
    expect(end).toMatchObject({
      kind: 'deployed',
      deployment: { status: 'DEPLOYED' },
      gateway: '10.208.0.1',
    });
    expect(asked.filter((one) => one === 'automation_status/details').length).toBeGreaterThan(4);
  });

  it('is looked at no more where the gateway is there at once', async () => {
    const { asked } = await job({ ...then(), gateway_ip: [gateway] });
    expect(asked).toEqual(['automation_status/details', 'automation_features', 'gateway_ip']);
  });

  it('is not looked at in the first ten seconds: the gateway is asked for at its full pace', async () => {
    const { end } = await job({ ...then(failed), gateway_ip: [absent, absent, gateway] });
    expect(end).toMatchObject({ kind: 'deployed', gateway: '10.208.0.1' });
  });
});

describe('an account with Managed Operations', () => {
  const managed = (...words: readonly (string | undefined)[]): LocalSource<Managed> => {
    let looks = 0;
    return {
      async read() {
        const word = words[Math.min(looks, words.length - 1)];
        looks += 1;
        const key =
          word === undefined
            ? ({ kind: 'absent', why: 'none' } as const)
            : ({ kind: 'known', value: word, where: 'key' } as const);
        return { verdict: judgeManaged(key, { kind: 'absent', why: 'no file' }) };
      },
    };
  };

  it('is waited for before the network is touched', async () => {
    const { end, phases } = await job(
      { ...details, automation_features: [features(false)], gateway_ip: [gateway] },
      { managed: managed(undefined, 'Pending', 'In Progress', 'Complete') },
    );
    expect(end).toMatchObject({ kind: 'deployed', managed: { ok: true, status: 'Complete' } });
    expect(phases).toEqual(['automation', 'managed', 'features', 'gateway', 'network']);
  });

  it.each(['Build Error', 'Authentication Error'])(
    'has failed by "%s", and nothing is asked after it',
    async (word) => {
      const { end, asked } = await job(details, { managed: managed('In Progress', word) });
      expect(end).toMatchObject({
        kind: 'failed',
        deployment: { status: 'DEPLOYED' },
        managed: { ok: false, status: word },
      });
      expect(new Set(asked)).toEqual(new Set(['automation_status/details']));
    },
  );

  it('that never ends is said at the deadline', async () => {
    expect((await job(details, { managed: managed(undefined) })).end).toMatchObject({
      kind: 'deadline',
      phase: 'managed',
      answered: true,
      deployment: { status: 'DEPLOYED' },
    });
  });

  it('is not waited for where RackConnect itself has failed', async () => {
    const { end, phases } = await job(
      { 'automation_status/details': [status('FAILED')] },
      { managed: managed('Complete') },
    );
    expect({ kind: end.kind, phases }).toEqual({ kind: 'failed', phases: ['automation'] });
  });
});

it('the status comes from xenstore alone where that was wished, and the gateway from the API', async () => {
  const source: LocalSource<Deployment> = {
    read: async () => ({ verdict: judgeMetadata({ kind: 'known', value: 'DEPLOYED', where: 'key' }) }),
  };
  const { end, asked } = await job(
    { automation_features: [features(false)], gateway_ip: [gateway] },
    { metadata: { source, alone: true } },
  );
  expect(end).toMatchObject({ kind: 'deployed', deployment: { source: 'xenstore' }, network: 'written' });
  expect(asked).toEqual(['automation_features', 'gateway_ip']);
});
