import { describe, expect, it } from 'vitest';
import type { JournalEntry, JournalFile } from '../../../../src/network/change/journal/entry.ts';
import { succeed } from '../../../../src/network/change/journal/history.ts';
import { entryOf } from '../../entry.ts';

const attributes = { mode: 0o600, uid: 0, gid: 0 };
const file = (path: string, before: string | null, after: string | null): JournalFile => ({
  path,
  before: before === null ? null : { text: before, ...attributes },
  after: after === null ? null : { text: after },
  madeFolder: null,
});
const route = (via: string) => [['default', 'via', via, 'dev', 'eth0']];

const first = entryOf([file('/server', 'original', 'ours'), file('/own', null, 'own')], {
  startedAt: 'first',
  routes: route('203.0.113.1'),
});
const next = (files: JournalFile[], more: Partial<JournalEntry> = {}) =>
  entryOf(files, { startedAt: 'next', routes: route('203.0.113.1'), ...more });

describe('the same gateway, set again', () => {
  it('over what the guest agent wrote: the way back leads to that, with nothing of ours beside it', () => {
    const agent = file('/server', 'written by the agent', 'ours again');
    expect(succeed(first, next([agent]))).toMatchObject({
      startedAt: 'next',
      files: [file('/own', null, 'own'), agent],
    });
  });

  it('over our own text: the way back leads to the original', () => {
    const again = succeed(first, next([file('/server', 'ours', 'ours, improved')]));
    expect(again.files).toContainEqual(file('/server', 'original', 'ours, improved'));
  });

  it('where the kernel had lost its route, or held ours: the routes from before count', () => {
    for (const routes of [[], null, route('10.208.0.1')])
      expect(succeed(first, next([], { routes })).routes).toEqual(first.routes);
    expect(succeed(first, next([], { routes: route('203.0.113.9') })).routes).toEqual(route('203.0.113.9'));
  });

  it('where the kernel held a way out beside ours in one route: that one counts', () => {
    const both = 'default nexthop via 10.208.0.1 dev eth1 nexthop via 203.0.113.1 dev eth0'.split(' ');
    expect(succeed(first, next([], { routes: [both] })).routes).toEqual([both]);
  });

  it('brings back up what the first took down: the second found it down', () => {
    const restore: JournalEntry['restore'] = [
      { argv: ['ip', 'link', 'set', 'dev', 'eth0', 'up'], timeoutMs: 1 },
      { argv: ['ifup', 'eth0'], timeoutMs: 1, unlessAddressed: 'eth0' },
    ];
    expect(succeed({ ...first, restore }, next([])).restore).toEqual(restore);
  });

  it('is told once, however often it is written down', () => {
    const again = next([file('/server', 'ours', 'ours, improved')]);
    const once = succeed(first, again);
    expect(succeed(once, again)).toBe(once);
  });
});

describe('a change of its own', () => {
  it.each<[string, JournalEntry | undefined, JournalEntry]>([
    ['the first', undefined, next([])],
    ['another gateway', first, next([], { gateway: '10.208.0.9' })],
    ['another interface', first, next([], { interface: 'eth2' })],
    ['another stack', first, next([], { stack: 'ifupdown' })],
    ['a rollback', first, next([], { purpose: 'rollback' })],
    ['one after a rollback', { ...first, purpose: 'rollback' }, next([])],
  ])('is undone alone: %s', (_, last, entry) => {
    expect(succeed(last, entry)).toBe(entry);
  });
});
