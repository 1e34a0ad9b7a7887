import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish, readPublished } from '../../src/pace/last-answers.ts';
import { bootId } from '../../src/system/boot.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rc-wait-published-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const answers = new Map([['details', { record: 'DEPLOYED', askedMs: 12.5 }]]);
const file = (): string => join(directory, 'last.json');

describe('the last answers, published for everyone', () => {
  it('come back as they were', () => {
    publish(directory, answers);
    expect(readPublished(directory)).toEqual(answers);
    expect(readdirSync(directory)).toEqual(['last.json']);
  });

  it.each([
    ['none were published', () => {}],
    ['they are no JSON', () => writeFileSync(file(), '{')],
    [
      'they are of another boot',
      () => writeFileSync(file(), JSON.stringify({ schema: 'rc-wait/last/v1', boot: 'x', answers: {} })),
    ],
    [
      'they are of another version',
      () =>
        writeFileSync(
          file(),
          JSON.stringify({
            schema: 'rc-wait/last/v2',
            boot: bootId(),
            answers: { k: { record: 'r', askedMs: 1 } },
          }),
        ),
    ],
    [
      'they are null',
      () =>
        writeFileSync(file(), JSON.stringify({ schema: 'rc-wait/last/v1', boot: bootId(), answers: null })),
    ],
    [
      'an answer lacks its time',
      () =>
        writeFileSync(
          file(),
          JSON.stringify({
            schema: 'rc-wait/last/v1',
            boot: bootId(),
            answers: { k: { record: 'r' }, l: null },
          }),
        ),
    ],
    ['the file is a link', () => symlinkSync('/etc/passwd', file())],
  ])('are none when %s', (_why, prepare) => {
    prepare();
    expect(readPublished(directory).size).toBe(0);
  });

  it('leave nothing behind where they cannot be written', () => {
    publish(join(directory, 'missing'), answers);
    chmodSync(directory, 0o755);
    expect(readdirSync(directory)).toEqual([]);
  });
});
