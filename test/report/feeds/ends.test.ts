import { describe, expect, it } from 'vitest';
import { type ErrorCode, RcWaitError } from '../../../src/base/error.ts';
import { kindOfError, messageIds } from '../../../src/report/feeds/ends.ts';

describe('MESSAGE_ID', () => {
  it('is what it has always been: people filter by it', () => {
    expect(messageIds).toMatchObject({
      failed: 'c87e0dd1421544c988bcf8bd40f66d86',
      timeout: '80762c592d484910872309dd8e180a4e',
      'network-failed': 'feb63ee8f5024cc69e83a29542a3f574',
      'network-lost': 'a8f073bb2e0a442db84428dcc4c86e4d',
    });
  });

  it('is another one for each kind of end, in the form of sd-id128(3)', () => {
    const ids = Object.values(messageIds);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

it.each<[ErrorCode, string]>([
  ['USAGE', 'misuse'],
  ['CONFIGURATION', 'misuse'],
  ['PERMISSION', 'not-permitted'],
  ['NETWORK_LOST', 'network-lost'],
  ['STATE', 'broken-off'],
  ['BUG', 'bug'],
])('a wait without a result, by %s, ends as %s', (code, kind) => {
  expect(kindOfError(new RcWaitError(code, 'cannot x'))).toBe(kind);
});
