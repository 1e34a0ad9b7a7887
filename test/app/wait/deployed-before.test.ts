import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blank,
  cameAfter,
  type Instance,
  instanceOf,
  type Memory,
  parseMemory,
  recall,
  renderMemory,
  withDue,
  withInstance,
} from '../../../src/app/wait/deployed-before.ts';
import { type Ipv4Address, parseIpv4 } from '../../../src/base/ipv4.ts';
import type { NetworkResult } from '../../../src/network/types.ts';

const since = '2026-11-21T20:35:42Z';
const moment = { deployedAt: since, change: 3 };
const gateway = parseIpv4('10.208.0.1') as Ipv4Address;
const changed: NetworkResult = {
  action: 'changed',
  stack: 'netplan',
  interface: 'eth1',
  files: ['/etc/netplan/x.yaml'],
};
const skipped: NetworkResult = { action: 'skipped', reason: 'RackConnect does it' };

/** The memory of one instance, `i-1`. */
function remembering(
  result: NetworkResult,
  { network = 'auto', id = 'i-1' }: { network?: Instance['network']; id?: string } = {},
): Memory {
  const instance = instanceOf(id, moment, network, result, result.action === 'skipped' ? undefined : gateway);
  expect(instance).toBeDefined();
  return instance === undefined ? blank : withInstance(blank, instance);
}

const anyResult: fc.Arbitrary<Instance['result']> = fc.oneof(
  fc.record({
    action: fc.constantFrom('changed', 'unchanged'),
    gateway_ip: fc.constant(gateway),
    interface: fc.string({ minLength: 1 }),
    stack: fc.constantFrom('netplan', 'ifupdown'),
  }),
  fc.record({ action: fc.constant('skipped' as const), reason: fc.string() }),
);
/** With a number of the last change, or as an early release wrote it. */
const anyInstance: fc.Arbitrary<Instance> = fc.record(
  {
    id: fc.string({ minLength: 1, maxLength: 6 }),
    deployed_at: fc.constant(since),
    change: fc.nat(),
    network: fc.constantFrom('off', 'auto', 'netplan', 'wicked'),
    result: anyResult,
  },
  { requiredKeys: ['id', 'deployed_at', 'network', 'result'] },
);

describe('who was not told', () => {
  const owed = { signal: true, hooks: ['20-b'] };
  const instance = instanceOf('i-1', { ...moment, owed }, 'auto', changed, gateway);
  const memory = withInstance(blank, instance as Instance);

  it('is remembered with the instance, whatever the wait is for', () => {
    const kept = parseMemory(renderMemory(memory));
    expect(recall(kept as Memory, 'i-1', 'auto')).toMatchObject({ kind: 'gateway', owed });
    expect(recall(kept as Memory, 'i-1', 'off')).toMatchObject({ kind: 'left-alone', owed });
    expect(recall(remembering(skipped), 'i-1', 'auto')).not.toHaveProperty('owed');
  });

  it('is forgotten when they were told, and nothing else is', () => {
    const told = withDue(memory, 'i-1', undefined);
    expect(told).toEqual(remembering(changed));
    expect(withDue(remembering(changed), 'i-1', undefined)).toBeUndefined();
    expect(withDue(memory, 'i-2', undefined)).toBeUndefined();
    expect(withDue(memory, 'i-1', { ...owed, hooks: [] })?.instances).toEqual([
      { ...instance, owed: { signal: true, hooks: [] } },
    ]);
  });
});

describe('DEPLOYED is known', () => {
  it('of the same instance, with the gateway that was set', () => {
    for (const action of ['changed', 'unchanged'] as const) {
      expect(recall(remembering({ ...changed, action }), 'i-1', 'auto')).toEqual({
        kind: 'gateway',
        since,
        change: 3,
        gateway: '10.208.0.1',
        interfaceName: 'eth1',
        stack: 'netplan',
      });
    }
  });

  it('of the same instance, whose network RackConnect sets', () => {
    expect(recall(remembering(skipped), 'i-1', 'auto')).toEqual({
      kind: 'left-alone',
      since,
      reason: 'RackConnect does it',
    });
  });

  it('where the network is not to be touched, whatever was done then', () => {
    for (const memory of [
      remembering(changed),
      remembering(skipped),
      remembering(skipped, { network: 'off' }),
    ]) {
      expect(recall(memory, 'i-1', 'off')).toEqual({
        kind: 'left-alone',
        since,
        reason: 'by --network off',
      });
    }
  });
});

describe('DEPLOYED is not known', () => {
  it('of another instance: a clone waits', () => {
    expect(recall(remembering(changed), 'i-2', 'auto')).toEqual({
      kind: 'unknown',
      why: 'DEPLOYED was not seen on this instance (i-2) yet',
    });
    expect(recall(blank, 'i-1', 'off').kind).toBe('unknown');
  });

  it.each([
    ['off', 'auto'],
    ['off', 'netplan'],
    ['auto', 'netplan'],
  ] as const)('when it was seen with --network %s, and the gateway shall be set (%s)', (network, target) => {
    expect(recall(remembering(skipped, { network }), 'i-1', target).kind).toBe('unknown');
  });

  it('when the gateway did not stand', () => {
    const rolledBack: NetworkResult = { ...changed, action: 'rolled-back', reason: 'no answer' };
    expect(instanceOf('i-1', moment, 'auto', rolledBack, gateway)).toBeUndefined();
    expect(instanceOf('i-1', moment, 'auto', changed, undefined)).toBeUndefined();
  });
});

describe('a change of the network came after DEPLOYED', () => {
  const long = { before: '2020-01-02T03:04:05.000Z', after: '2030-01-02T03:04:05.000Z' };

  it('by its number, whatever the clock said', () => {
    for (const startedAt of [long.before, long.after, 'noon']) {
      expect(cameAfter({ sequence: 4, startedAt }, { change: 3, since })).toBe(true);
      for (const sequence of [1, 3])
        expect(cameAfter({ sequence, startedAt }, { change: 3, since })).toBe(false);
      expect(cameAfter({ sequence: 1, startedAt }, { change: 0, since })).toBe(true);
    }
  });

  it('when it has a number, and DEPLOYED was remembered by an early release', () => {
    expect(cameAfter({ sequence: 1, startedAt: long.before }, { change: undefined, since })).toBe(true);
  });

  it('not when an early release made it, and DEPLOYED was seen by this one', () => {
    expect(cameAfter({ startedAt: long.after }, { change: 0, since })).toBe(false);
  });

  it('by the time where nothing has a number', () => {
    expect(cameAfter({ startedAt: long.after }, { change: undefined, since })).toBe(true);
    expect(cameAfter({ startedAt: long.before }, { change: undefined, since })).toBe(false);
    expect(cameAfter({ startedAt: '2026-11-21T20:35:42.900Z' }, { change: undefined, since })).toBe(false);
    expect(cameAfter({ startedAt: 'noon' }, { change: undefined, since })).toBe(false);
  });
});

describe('a memory', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(anyInstance, { maxLength: 20 }), (instances) => {
        const memory = instances.reduce(withInstance, blank);
        expect(parseMemory(renderMemory(memory))).toEqual(memory);
      }),
    );
  });

  it('has the newest word on each instance, and no more than 16 of them', () => {
    fc.assert(
      fc.property(fc.array(anyInstance, { minLength: 1, maxLength: 40 }), (instances) => {
        const memory = instances.reduce(withInstance, blank);
        const ids = memory.instances.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length).toBeLessThanOrEqual(16);
        expect(memory.instances.at(-1)).toEqual(instances.at(-1));
        for (const instance of memory.instances)
          expect(instances.findLast(({ id }) => id === instance.id)).toEqual(instance);
      }),
    );
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['half of one', renderMemory(remembering(changed)).slice(0, -20)],
    ['another version', renderMemory(remembering(changed)).replace('/v1', '/v2')],
    ['a gateway that is none', renderMemory(remembering(changed)).replace('10.208.0.1', '10.208.0.256')],
    [
      'a gateway with something behind it',
      renderMemory(remembering(changed)).replace('10.208.0.1', '10.208.0.1\\n'),
    ],
    ['a moment that is none', renderMemory(remembering(changed)).replace(since, 'noon')],
    ['an end that is not DEPLOYED', renderMemory(remembering(changed)).replace('"changed"', '"failed"')],
    ['a list', '[]'],
    ['null', 'null'],
  ])('is none: %s', (_, text) => {
    expect(parseMemory(text)).toBeUndefined();
  });

  it('is read or refused, and never fails, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseMemory(text)).toBeUndefined();
      }),
    );
  });
});
