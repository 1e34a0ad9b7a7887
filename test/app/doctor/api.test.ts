import { describe, expect, it } from 'vitest';
import { looksAtApi } from '../../../src/app/doctor/api.ts';
import { RcWaitError } from '../../../src/base/error.ts';

const seen = { url: 'https://ord.api.rackconnect.rackspace.com', by: 'eth1, 10.208.5.7' };

describe('the API', () => {
  it('that answers is shown with its answer, and by which way it was asked', () => {
    const answer = { ok: true, status: 'DEPLOYING', tasks: [], ageMs: 35, tookMs: 35 } as const;
    expect(looksAtApi({ ...seen, answer })).toEqual([
      { topic: 'api', what: 'address', seen: seen.url, because: 'by eth1, 10.208.5.7' },
      { topic: 'api', what: 'answer', seen: 'DEPLOYING', because: 'in 35 ms' },
    ]);
  });

  it('that another rc-wait has asked just now need not be asked', () => {
    const answer = { ok: true, status: 'DEPLOYED', tasks: [], ageMs: 2_100, tookMs: 3 } as const;
    expect(looksAtApi({ ...seen, answer })[1]?.because).toBe('asked 2 s ago by another rc-wait');
  });

  it.each([
    ['API_UNAVAILABLE', 'ip address'],
    ['API_REFUSED', 'who uses the quota'],
    ['CONFIGURATION', 'rc-wait status'],
  ] as const)('that does not (%s) is a fault with a way out', (code, remedy) => {
    const answer = { ok: false, error: new RcWaitError(code, 'cannot ask') } as const;
    expect(looksAtApi({ ...seen, url: undefined, answer })[1]?.fault).toMatchObject({
      code,
      why: 'cannot ask',
      remedy: expect.stringContaining(remedy),
    });
  });

  it('is not asked where that is wished', () => {
    expect(looksAtApi({ ...seen, answer: undefined })[1]?.seen).toBe('not asked');
  });
});
