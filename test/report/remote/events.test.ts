import { describe, expect, it } from 'vitest';
import type { Watched } from '../../../src/remote/types.ts';
import { eventLine, eventWords, type FleetEvent } from '../../../src/report/remote/events.ts';
import { beginRemote, noteEvent } from '../../../src/report/remote/progress.ts';
import { faultsIn } from '../schema.ts';
import { ended, server } from './fleet.ts';

const faults = faultsIn('remote-event');

describe('an event for a program', () => {
  it.each<[string, Parameters<typeof eventLine>[0]]>([
    ['found', { kind: 'found', region: 'ORD', servers: 2, nowMs: 0 }],
    ['a server', { kind: 'server', server: server('a'), nowMs: 0 }],
    ['a server that ended', { kind: 'server', server: ended('a', 'no-rackconnect'), nowMs: 0 }],
    ['trouble', { kind: 'trouble', region: 'ORD', reason: 'no', untilMs: 1_500, nowMs: 1_000 }],
    ['trouble that is over', { kind: 'recovered', region: 'ORD', nowMs: 0 }],
    ['a command', { kind: 'exec', server: server('a'), exit: undefined, reason: 'interrupted', tookMs: 2.5 }],
  ])('%s is one line, as it is published', (_, event) => {
    const line = eventLine(event, Date.UTC(2026, 0, 1));
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    expect(faults(JSON.parse(line))).toEqual([]);
    expect(JSON.parse(line)).toMatchSnapshot();
  });
});

describe('an event for a person', () => {
  const progress = beginRemote(0, 3_600_000);
  const said = (event: FleetEvent) => eventWords(event, progress);
  const of = (one: Watched) => said({ kind: 'server', server: one, nowMs: 61_000 });

  it('is said of each server that has ended, with its time and its address, or the reason', () => {
    expect(of(ended('web-1', 'deployed'))).toBe('web-1 (ORD): DEPLOYED after 2 min, 198.51.100.7');
    expect(of(ended('web-2', 'failed', { why: 'it broke' }))).toBe(
      'web-2 (ORD): failed after 2 min: it broke',
    );
    expect(of(ended('web-3', 'no-rackconnect'))).toBe('web-3 (ORD): without RackConnect after 2 min');
    expect(of(ended('web-4', 'failed', { foundMs: 61_000 }))).toBe('web-4 (ORD): failed already');
  });

  it('is not said of a step on the way, nor of what was ready before', () => {
    expect(of(server('web-1'))).toBeUndefined();
    expect(of(ended('web-1', 'deployed', { foundMs: 61_000 }))).toBeUndefined();
  });

  it('is said once of a trouble, however often it comes again', () => {
    const trouble = { kind: 'trouble', region: 'ORD', reason: 'no', untilMs: 1_500, nowMs: 1_000 } as const;
    expect(said(trouble)).toBe('ORD: no; asking again in 500 ms');
    noteEvent(progress, trouble);
    expect(said(trouble)).toBeUndefined();
    expect(said({ ...trouble, reason: 'never' })).toBe('ORD: never; asking again in 500 ms');
    expect(said({ kind: 'recovered', region: 'ORD', nowMs: 0 })).toBe('ORD: it answers again');
  });

  it('is said of what was found, and of commands', () => {
    expect(said({ kind: 'found', region: 'ORD', servers: 0, nowMs: 0 })).toBe('ORD: no server found');
    expect(said({ kind: 'found', region: 'ORD', servers: 2, nowMs: 0 })).toBe('ORD: 2 servers found');
    const exec = { kind: 'exec', server: server('a'), exit: 0, reason: undefined, tookMs: 2_000 } as const;
    expect(said(exec)).toBe('a (ORD): its command succeeded after 2 s');
    expect(said({ ...exec, reason: 'ended with status 7' })).toBe(
      'a (ORD): its command failed: ended with status 7',
    );
  });

  it('holds no control character', () => {
    expect(of(ended('web\u001b[2J', 'failed', { why: 'a\nb' }))).toBe(
      'web [2J (ORD): failed after 2 min: a b',
    );
  });
});
