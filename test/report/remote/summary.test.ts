import { describe, expect, it } from 'vitest';
import { humanRemote } from '../../../src/report/remote/summary.ts';
import { documentOf, ended, server } from './fleet.ts';

describe('the result for a person', () => {
  it('lists a number of servers, the worst first, and no control character', () => {
    const servers = Array.from({ length: 60 }, (_, index) => ended(`s${index}\u001b[2J\n`, 'failed'));
    const text = humanRemote(documentOf(servers));
    expect(text.split('\n')).toHaveLength(1 + 50 + 1 + 1 + 1);
    expect(text).toContain('  … and 10 more servers; --output json has them all\n');
    expect(text).not.toContain('\u001b');
  });

  it('has the addresses and the time of whoever is ready, below those that are not', () => {
    const text = humanRemote(
      documentOf([
        ended('web-10', 'deployed', { serviceNetIp: '10.208.5.7' }),
        ended('web-9', 'deployed', { foundMs: 61_000, ip: undefined }),
        ended('web-2', 'unprocessable', { why: 'no device', ip: undefined }),
        server('web-1'),
        server('web-11', { sinceMs: -3_000_000 }),
      ]),
    );
    expect(text).toMatchInlineSnapshot(`
      "the deadline passed after 25 min: 2 of 5 servers deployed; 1 unprocessable, 2 not ended
        unprocessable  web-2 (id-web-2, ORD): no device
        timeout        web-11 (id-web-11, ORD, 198.51.100.7): the automation is at work, for 1 h 15 min
        timeout        web-1 (id-web-1, ORD, 198.51.100.7): the automation is at work, for 26 min
        deployed       web-9 (id-web-9, ORD): no address is known, was ready already
        deployed       web-10 (id-web-10, ORD): 198.51.100.7, 10.208.5.7, after 2 min
      3 requests, 1 of them refused for their number
      "
    `);
  });
});
