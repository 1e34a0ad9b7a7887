import { describe, expect, it } from 'vitest';
import { faultsIn, schemaNamed } from './schema.ts';

const faults = faultsIn('result');

describe('the published schema of results', () => {
  const example = {
    schema: 'rc-wait/result/v1',
    outcome: 'deployed',
    automation_status: 'DEPLOYED',
    tasks: [{ name: '…', status: '…', first_seen_ms: 120, ended_ms: null }],
    features: [{ name: '…', enabled: false }],
    gateway_ip: '10.208.0.1',
    network: {
      stack: 'netplan',
      action: 'changed',
      interface: 'eth1',
      files: ['/etc/netplan/90-rc-wait.yaml'],
    },
    requests: { sent: 12, refused: 0, shared: 3 },
    waited_ms: 24_310,
    started_at: '2026-11-28T23:02:24Z',
    ended_at: '2026-11-28T23:02:48Z',
    message: '…',
  };

  it('takes the example of the design', () => {
    expect(faults(example)).toEqual([]);
  });

  it('takes one that is remembered', () => {
    expect(faults({ ...example, remembered_since: '2026-11-21T20:35:42Z' })).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['a moment that is none', { ...example, remembered_since: 'noon' }],
    ['a member more', { ...example, extra: 1 }],
    ['another version', { ...example, schema: 'rc-wait/result/v2' }],
    ['an outcome that nobody knows', { ...example, outcome: 'fine' }],
    ['a gateway that is no address', { ...example, gateway_ip: '10.208.0.256' }],
    ['a time in pieces', { ...example, waited_ms: 1.5 }],
    [
      'a network without its files',
      { ...example, network: { stack: 'netplan', action: 'changed', interface: 'eth1' } },
    ],
    ['a network left alone without a reason', { ...example, network: { action: 'skipped' } }],
    ['DEPLOYED without a word on the network', { ...example, network: null }],
    [
      'DEPLOYED with a network that was rolled back',
      { ...example, network: { ...example.network, action: 'rolled-back', reason: 'no' } },
    ],
    ['FAILED with a network', { ...example, outcome: 'failed' }],
    ['a failed network without an error', { ...example, outcome: 'network-failed', network: null }],
    ['an error without a failed network', { ...example, error: { code: 'NETWORK_FILE', message: 'cannot' } }],
    ['requests without one of the counts', { ...example, requests: { sent: 1, refused: 0 } }],
  ])('refuses %s', (_, document) => {
    expect(faults(document)).not.toEqual([]);
  });

  it('names every stack and every member of the network document in the same words as network-v1.json', () => {
    expect(schemaNamed('result').$defs).toEqual(schemaNamed('network').$defs);
  });

  it.each([
    'result',
    'answer',
    'plan',
    'network',
    'check',
    'endpoints',
    'preflight',
    'history',
    'wait-record',
    'remote',
    'remote-event',
  ] as const)('%s-v1.json is closed and describes each member', (name) => {
    const schema = schemaNamed(name);
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:rc-wait:${name}:v1`,
    });
    const objects: Record<string, unknown>[] = [];
    JSON.stringify(schema, (key, value) => {
      if (
        value?.type === 'object' &&
        value.properties !== undefined &&
        value.description !== undefined &&
        key !== 'if'
      )
        objects.push(value);
      return value;
    });
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) {
      expect(object).toMatchObject({ additionalProperties: false });
      for (const [member, rule] of Object.entries(
        object.properties as Record<string, Record<string, unknown>>,
      )) {
        const { description, const: only, $ref } = rule;
        expect(description ?? only ?? $ref, `${name}: ${member}`).toBeDefined();
      }
    }
  });
});
