import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultScenario } from '../../src/simulator/scenario.ts';
import { gatewayAt, statusAt, tasksAt } from '../../src/simulator/timeline.ts';
import type { ServerScenario } from '../../src/simulator/types.ts';

const server: ServerScenario = {
  ...defaultScenario.otherServers,
  deployedAfterMs: 10_000,
  tasks: [
    { name: 'first', startsAfterMs: 0, endsAfterMs: 4_000, outcome: undefined },
    { name: 'second', startsAfterMs: 4_000, endsAfterMs: undefined, outcome: undefined },
  ],
  gateway: { address: '10.208.0.1', assignedAfterMs: 8_000 },
};

const words = (scenario: ServerScenario, elapsedMs: number) =>
  tasksAt(scenario, elapsedMs).map((task) => task.status);

describe('the timeline', () => {
  test('is DEPLOYING until the very moment of the outcome', () => {
    expect(statusAt(server, 0)).toBe('DEPLOYING');
    expect(statusAt(server, 9_999.9)).toBe('DEPLOYING');
    expect(statusAt(server, 10_000)).toBe('DEPLOYED');
  });

  test('takes any words', () => {
    const odd = { ...server, initialStatus: 'QUEUED', outcome: 'UNPROCESSABLE' };
    expect([statusAt(odd, 0), statusAt(odd, 10_000)]).toEqual(['QUEUED', 'UNPROCESSABLE']);
  });

  test('shows each task waiting, running and ended', () => {
    expect(words(server, 0)).toEqual(['IN_PROGRESS', 'PENDING']);
    expect(words(server, 4_000)).toEqual(['COMPLETED', 'IN_PROGRESS']);
    expect(words(server, 10_000)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  test('blames the last task for a failure, unless the scenario names another', () => {
    const failed = { ...server, outcome: 'FAILED' };
    expect(words(failed, 10_000)).toEqual(['COMPLETED', 'FAILED']);
    const named = failed.tasks.map((task) => ({
      ...task,
      outcome: task.name === 'first' ? 'ERROR' : 'SKIPPED',
    }));
    expect(words({ ...failed, tasks: named }, 10_000)).toEqual(['ERROR', 'SKIPPED']);
  });

  test('assigns the gateway at its moment, with the deployment, or never', () => {
    expect([gatewayAt(server, 7_999), gatewayAt(server, 8_000)]).toEqual([undefined, '10.208.0.1']);
    const late = { ...server, gateway: { address: '10.208.0.1', assignedAfterMs: undefined } };
    expect([gatewayAt(late, 9_999), gatewayAt(late, 10_000)]).toEqual([undefined, '10.208.0.1']);
    expect(gatewayAt({ ...server, gateway: undefined }, Number.POSITIVE_INFINITY)).toBeUndefined();
  });

  test('never goes back: what has ended stays ended', () => {
    const moment = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(moment, moment, moment, moment, (deployedAfterMs, startsAfterMs, oneMs, otherMs) => {
        const any: ServerScenario = {
          ...server,
          deployedAfterMs,
          tasks: [{ name: 'task', startsAfterMs, endsAfterMs: undefined, outcome: undefined }],
        };
        const rank = { DEPLOYING: 0, DEPLOYED: 1, PENDING: 0, IN_PROGRESS: 1, COMPLETED: 2 };
        const rankOf = (word: string | undefined) => rank[word as keyof typeof rank];
        const [soonMs, lateMs] = [Math.min(oneMs, otherMs), Math.max(oneMs, otherMs)];
        expect(rankOf(statusAt(any, soonMs))).toBeLessThanOrEqual(rankOf(statusAt(any, lateMs)));
        expect(rankOf(words(any, soonMs)[0])).toBeLessThanOrEqual(rankOf(words(any, lateMs)[0]));
      }),
    );
  });
});
