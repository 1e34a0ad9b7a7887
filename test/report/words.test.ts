import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delay } from '../../src/pace/types.ts';
import {
  clean,
  count,
  cut,
  elapsed,
  escapeControls,
  reasonOfDelay,
  replaceControls,
  requestsMade,
  whenNext,
} from '../../src/report/words.ts';
import { columnsOf, hostileText, unsafe } from './text.ts';

describe('text from outside', () => {
  it('loses what would move a cursor, forge a line or turn text around', () => {
    expect(clean(' a\u001b[2Jb\r\nDEPLOYED\u202e c ')).toBe('a [2Jb DEPLOYED  c');
  });

  it('is fit for a terminal whatever it was, and is left alone when it is', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const cleaned = clean(text);
        expect(cleaned).not.toMatch(unsafe);
        expect(clean(cleaned)).toBe(cleaned);
      }),
    );
  });
});

describe('text cut to a width', () => {
  it.each([
    ['gateway', 7, 'gateway'],
    ['gateway', 6, 'gatew…'],
    ['gateway', 1, '…'],
    ['gateway', 0, ''],
    ['gateway', -3, ''],
    ['服务器', 6, '服务器'],
    ['服务器', 5, '服务…'],
    ['服务器', 4, '服…'],
    ['a🚀b', 4, 'a🚀b'],
    ['a🚀b', 3, 'a…'],
    ['', 0, ''],
  ])('%s to %d columns is %s', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  it('is never wider than asked, and whole where it fits', () => {
    fc.assert(
      fc.property(hostileText.map(clean), fc.integer({ min: 0, max: 60 }), (text, width) => {
        const shown = cut(text, width);
        expect(columnsOf(shown)).toBeLessThanOrEqual(width);
        expect(shown === text || shown === '' || shown.endsWith('…')).toBe(true);
      }),
    );
  });

  it('takes no character for narrower than a terminal may draw it', () => {
    const narrow: string[] = [];
    for (let code = 0x20; code < 0x40000; code += 1) {
      const character = String.fromCodePoint(code);
      if (columnsOf(character) === 2 && cut(character, 1) === character) narrow.push(code.toString(16));
    }
    expect(narrow).toEqual([]);
  });

  it('loses nothing of plain text that fits', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        expect(cut(text, text.length)).toBe(text);
      }),
    );
  });
});

it('counts in the singular and in the plural', () => {
  expect([count(0, 'request'), count(1, 'request'), count(2, 'request')]).toEqual([
    '0 requests',
    '1 request',
    '2 requests',
  ]);
});

it.each([
  [0, '0 s'],
  [640, '640 ms'],
  [2_003, '2 s'],
  [2_600, '3 s'],
  [59_700, '1 min'],
  [Number.POSITIVE_INFINITY, 'for ever'],
])('%d ms have lasted %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text);
});

describe('why no request is made', () => {
  const untilMs = 14_000;

  it.each<[Delay, string | undefined]>([
    [{ because: 'pace', untilMs }, undefined],
    [{ because: 'in-flight', untilMs }, undefined],
    [{ because: 'window', untilMs }, 'the requests that this server may make in a minute are used up'],
    [
      { because: 'refused', times: 3, untilMs },
      "refused (403) 3 times: something else on this server (another user's rc-wait, too) is using the 30 requests a minute, or requests do not leave by its ServiceNet address",
    ],
    [{ because: 'failed', times: 1, untilMs }, 'no usable answer 1 time: connection refused'],
  ])('%o', (delay, words) => {
    expect(reasonOfDelay(delay, 'connection refused')).toBe(words);
  });

  it('leaves the last error out where there is none', () => {
    expect(reasonOfDelay({ because: 'failed', times: 2, untilMs }, undefined)).toBe(
      'no usable answer 2 times',
    );
  });

  it('says when the next is made', () => {
    const delay: Delay = { because: 'window', untilMs };
    expect(whenNext(delay, 0, Number.POSITIVE_INFINITY)).toBe('asking again in 14 s');
    expect(whenNext(delay, 20_000, 60_000)).toBe('asking again in 0 s');
    expect(whenNext({ because: 'in-flight', untilMs }, 0, 60_000)).toBe('another rc-wait process is asking');
  });

  it('promises no request after the deadline', () => {
    const delay: Delay = { because: 'failed', times: 3, untilMs };
    expect(whenNext(delay, 1_000, 5_000)).toBe('not asking again: the deadline is in 4 s');
  });
});

describe('the requests that were made', () => {
  it.each([
    [
      { sent: 12, refused: 1, shared: 3 },
      '12 requests, 1 of them refused (403), 3 answers from another rc-wait process',
    ],
    [{ sent: 1, refused: 0, shared: 0 }, '1 request'],
  ])('%o', (tally, words) => {
    expect(requestsMade(tally)).toBe(words);
  });
});

describe('documents on a terminal', () => {
  it('JSON holds no character that a terminal obeys, and says the same', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const document = escapeControls(`${JSON.stringify({ text }, undefined, 2)}\n`);
        expect(document.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(JSON.parse(document)).toEqual({ text });
      }),
    );
    expect(escapeControls('"\u001b[2J\u009b\u202e"\r\n')).toBe('"\\u001b[2J\\u009b\\u202e"\r\n');
  });

  it('XML has the replacement character for what it cannot hold', () => {
    expect(replaceControls('<a>\u001b[2J\u0000\u0085</a>\r\n\t')).toBe('<a>\ufffd[2J\ufffd\ufffd</a>\r\n\t');
  });
});
