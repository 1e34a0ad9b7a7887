import { describe, expect, it } from 'vitest';
import {
  deadlineOf,
  goesOnInWords,
  isRestartOf,
  type NewProcess,
  parseStart,
  relationOf,
  renderStart,
  type WaitStart,
  withBefore,
} from '../../../src/app/wait/first-start.ts';
import type { End } from '../../../src/report/result.ts';

const byHand: WaitStart = {
  schema: 'rc-wait/start/v1',
  boot_id: 'this-boot',
  first_boot_ms: 100_000,
  timeout_ms: 60_000,
  process: { pid: 812, started: '4711' },
  service: null,
  command_line: 'abc',
  answered: true,
  interrupted: false,
};
const rcWait = { name: 'rc-wait.service', invocation: 'first' };
const inService: WaitStart = { ...byHand, service: { ...rcWait, restarts: 0 } };

const now: NewProcess = {
  boot_id: 'this-boot',
  nowMs: 130_000,
  service: null,
  command_line: 'abc',
  isAlive: () => false,
};
const nowInService: NewProcess = { ...now, service: { ...rcWait, invocation: 'second' } };

describe('a wait by hand that was killed', () => {
  it.each<[string, Partial<WaitStart>, Partial<NewProcess>, ReturnType<typeof relationOf>]>([
    ['goes on with the same command line', {}, {}, 'same'],
    ['goes on until a minute after its deadline', {}, { nowMs: 220_000 }, 'same'],
    ['is over after that', {}, { nowMs: 220_001 }, 'over'],
    ['is not one that still runs', {}, { isAlive: () => true }, 'another'],
    ['is not one with other flags', {}, { command_line: 'other' }, 'another'],
    ['is over if a signal ended it', { interrupted: true }, {}, 'over'],
    ['is over in another boot', {}, { boot_id: 'next-boot' }, 'over'],
    ['is over in a boot that cannot be told', { boot_id: 'unknown' }, { boot_id: 'unknown' }, 'over'],
    ['is over if it says that it began later than now', { first_boot_ms: 130_001 }, {}, 'over'],
    ['is over without a deadline', { timeout_ms: null }, {}, 'over'],
    ['is not one in a service', {}, { service: rcWait }, 'another'],
  ])('%s', (_, start, present, relation) => {
    expect(relationOf({ ...byHand, ...start }, { ...now, ...present })).toBe(relation);
  });
});

describe('a wait in a service that was killed', () => {
  it.each<[string, Partial<WaitStart>, Partial<NewProcess>, ReturnType<typeof relationOf>]>([
    ['is judged by systemd in the next start of the service', {}, {}, 'same-service'],
    ['also if a signal ended it', { interrupted: true }, {}, 'same-service'],
    ['also long after its deadline', {}, { nowMs: 9_000_000 }, 'same-service'],
    ['also with other flags, as after an upgrade', {}, { command_line: 'other' }, 'same-service'],
    ['goes on in the same start of the service, as in a loop of a script', {}, { service: rcWait }, 'same'],
    ['is over in it if a signal ended it', { interrupted: true }, { service: rcWait }, 'over'],
    ['is not one by hand', {}, { service: null }, 'another'],
    ['is not one of another service', {}, { service: { ...rcWait, name: 'mine.service' } }, 'another'],
    ['is over in another boot', {}, { boot_id: 'next-boot' }, 'over'],
    ['is not one that still runs', {}, { isAlive: () => true }, 'another'],
  ])('%s', (_, start, present, relation) => {
    expect(relationOf({ ...inService, ...start }, { ...nowInService, ...present })).toBe(relation);
  });

  it.each<[string, number, number | undefined, Partial<WaitStart>, boolean]>([
    ['goes on after an automatic restart', 0, 1, {}, true],
    ['goes on after an automatic restart of a process that SIGTERM ended', 0, 1, { interrupted: true }, true],
    ['goes on after one more', 3, 4, {}, true],
    ['begins anew when its owner restarts it', 0, 0, {}, false],
    ['begins anew when its owner restarts it after automatic restarts', 3, 0, {}, false],
    ['begins anew when its owner restarts it before systemd does', 3, 3, {}, false],
    ['goes on where systemd does not say', 3, undefined, {}, true],
    ['begins anew where systemd does not say, after SIGTERM', 3, undefined, { interrupted: true }, false],
    ['begins anew where systemd does not say, long after', 3, undefined, { first_boot_ms: 1_000 }, false],
  ])('%s', (_, restartsThen, restarts, start, isSame) => {
    const kept = { ...inService, service: { ...rcWait, restarts: restartsThen }, ...start };
    expect(isRestartOf(kept, nowInService, restarts)).toBe(isSame);
  });
});

describe('the deadline', () => {
  it.each<[string, number | undefined, number, number, number]>([
    ['counts from a first start', undefined, 100_000, 60_000, 160_000],
    ['counts from the first start later, too', 100_000, 130_000, 60_000, 160_000],
    ['leaves time to ask once', 100_000, 160_200, 60_000, 160_700],
    ['passes at most 2.5 s late', 100_000, 162_200, 60_000, 162_500],
    ['has passed for a process that starts after that', 100_000, 190_000, 60_000, 162_500],
    ['is none with --timeout infinity', 100_000, 190_000, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('%s', (_, firstMs, nowMs, timeoutMs, deadlineMs) => {
    expect(deadlineOf(firstMs, nowMs, timeoutMs)).toBe(deadlineMs);
  });
});

describe('its end', () => {
  const deadline: End = {
    kind: 'deadline',
    phase: 'automation',
    answered: false,
    refused: false,
    why: 'nothing was asked',
  };

  it('is that of a wait to which the API had answered before the kill', () => {
    expect(withBefore(deadline, byHand, 130_000)).toEqual({
      ...deadline,
      answered: true,
      why: 'nothing was asked; --timeout counts from the first start of this wait, 30 s before its last one',
    });
    expect(withBefore(deadline, { ...byHand, answered: false }, 130_000)).toMatchObject({ answered: false });
    expect(
      withBefore({ ...deadline, answered: true }, { ...byHand, answered: false }, 130_000),
    ).toMatchObject({ answered: true });
  });

  it('is as it was for a first start, and for all other ends', () => {
    expect(withBefore(deadline, undefined, 130_000)).toBe(deadline);
    const interrupted: End = { kind: 'interrupted', signal: 'SIGTERM' };
    expect(withBefore(interrupted, byHand, 130_000)).toBe(interrupted);
  });
});

it('a wait that goes on says since when, and in a service how to begin anew', () => {
  expect(goesOnInWords(byHand, 130_000)).toBe(
    'going on with a wait that began 30 s ago and was cut off: --timeout counts from its first start',
  );
  expect(goesOnInWords(inService, 130_000)).toMatch(
    /first start; systemctl restart rc-wait\.service begins anew$/,
  );
});

describe('what is kept', () => {
  it('is read again', () => {
    expect(parseStart(renderStart(inService))).toEqual(inService);
    expect(parseStart(renderStart({ ...byHand, timeout_ms: null }))).toEqual({ ...byHand, timeout_ms: null });
  });

  it.each([
    '',
    '{}',
    '[[[[',
    'null',
    renderStart(byHand).slice(0, -9),
    JSON.stringify({ ...byHand, schema: 'rc-wait/start/v2' }),
    JSON.stringify({ ...byHand, first_boot_ms: -1 }),
    JSON.stringify({ ...byHand, first_boot_ms: '1' }),
    JSON.stringify({ ...byHand, first_boot_ms: 1 }).replace('"first_boot_ms":1', '"first_boot_ms":1e999'),
    JSON.stringify({ ...byHand, process: { pid: 0, started: '' } }),
    JSON.stringify({ ...byHand, command_line: 'a'.repeat(257) }),
  ])('is nothing if rc-wait did not write it: %s', (json) => {
    expect(parseStart(json)).toBeUndefined();
  });
});
