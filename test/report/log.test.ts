import { describe, expect, it } from 'vitest';
import { createLog, type LogLevel, type LogOptions, logLevels } from '../../src/report/log.ts';
import { journalLines } from '../../src/systemd/journal.ts';

function logged(
  level: LogLevel,
  format: LogOptions['format'],
): { log: ReturnType<typeof createLog>; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog({ level, format, write: (text) => lines.push(text), journalLines }), lines };
}

function sayAll(log: ReturnType<typeof createLog>): void {
  log.debug('d');
  log.info('i');
  log.warn('w');
  log.error('e');
}

describe('a log for a person', () => {
  it('names the level where something is wrong, and nowhere else', () => {
    const { log, lines } = logged('debug', 'human');
    sayAll(log);
    expect(lines).toEqual(['rc-wait: d\n', 'rc-wait: i\n', 'rc-wait: warning: w\n', 'rc-wait: error: e\n']);
  });

  it('is one line for each message, whatever it quotes', () => {
    const { log, lines } = logged('info', 'human');
    log.warn('a task "x\nrc-wait: DEPLOYED\u001b[2J" is odd');
    expect(lines).toEqual(['rc-wait: warning: a task "x rc-wait: DEPLOYED [2J" is odd\n']);
  });
});

it('carries the priorities of sd-daemon(3) under the journal', () => {
  const { log, lines } = logged('debug', 'journal');
  sayAll(log);
  expect(lines).toEqual(['<7>d\n', '<6>i\n', '<4>w\n', '<3>e\n']);
});

it('is one JSON object a line for a program, with its fields and the time', () => {
  const { log, lines } = logged('info', 'json');
  log.info('asking', { url: 'http://127.0.0.1' });
  const [entry, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rest).toEqual([]);
  expect(entry).toMatchObject({ level: 30, msg: 'asking', url: 'http://127.0.0.1' });
  expect(Date.parse(String(entry?.time))).not.toBeNaN();
});

it('says what its level lets through', () => {
  const counts = logLevels.map((level) => {
    const { log, lines } = logged(level, 'human');
    sayAll(log);
    return [level, lines.length];
  });
  expect(Object.fromEntries(counts)).toEqual({ trace: 4, debug: 4, info: 3, warn: 2, error: 1, silent: 0 });
});
