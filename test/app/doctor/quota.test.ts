import { describe, expect, it } from 'vitest';
import { looksAtQuota } from '../../../src/app/doctor/quota.ts';
import type { Usage } from '../../../src/pace/usage.ts';

const usage: Usage = {
  requests: 12,
  limit: 29,
  by: [
    { pid: 812, isAlive: true, requests: 10 },
    { pid: 640, isAlive: false, requests: 2 },
  ],
  refusals: 0,
  heldMs: 0,
};
const looks = (change: Partial<Usage>) =>
  looksAtQuota('/run/rc-wait', { kind: 'read', usage: { ...usage, ...change } });

describe('the quota', () => {
  it('is shown with who uses it', () => {
    expect(looks({})).toEqual([
      { topic: 'quota', what: 'ledger', seen: '/run/rc-wait: sound' },
      {
        topic: 'quota',
        what: 'used',
        seen: '12 of 29 requests in the last minute',
        because: '10 by process 812; 2 by process 640, which has ended',
      },
    ]);
  });

  it('that nobody has used is no fault', () => {
    expect(looksAtQuota('/run/rc-wait', { kind: 'none' })).toEqual([
      expect.objectContaining({ seen: '/run/rc-wait: none' }),
    ]);
  });

  it('that was refused now and then is shown; again and again, it is a fault with a remedy', () => {
    expect(looks({ refusals: 1, heldMs: 4_000 })[2]).toEqual({
      topic: 'quota',
      what: 'refused',
      seen: '1 time in a row; nothing is asked for 4 s',
    });
    expect(looks({ refusals: 3 })[2]?.fault).toMatchObject({
      code: 'API_REFUSED',
      remedy: expect.stringContaining('--interface'),
    });
  });

  it('whose ledger cannot be read is a fault', () => {
    const [look] = looksAtQuota('/run/rc-wait', { kind: 'unreadable', why: 'permission denied' });
    expect(look?.fault).toMatchObject({ code: 'STATE', why: expect.stringMatching(/permission denied$/) });
  });
});
