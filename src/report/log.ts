import { pino } from 'pino';
import { paint, type ScreenLine } from './screen/text.ts';
import { clean, elapsed } from './words.ts';

/** The levels of `--log-level`. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The log of a wait, on standard error. */
export interface Log {
  readonly debug: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly error: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** `human`: plain lines; `json`: pino's own, one object a line; `journal`: plain lines through `journalLines` */
  readonly format: 'human' | 'json' | 'journal';
  readonly write: (text: string) => void;
  /** `human`: whether the level is coloured; left out: no */
  readonly hasColour?: boolean;
  /** puts the priority of a level (pino's number) before each line, for the journal */
  readonly journalLines: (level: number, text: string) => string;
}

/** The members of pino's line that a person gets to see. */
interface Entry {
  readonly level: number;
  readonly msg: string;
  /** how long the wait had lasted; absent: the line has no time */
  readonly waited_ms?: number;
}

/** A log on pino. It redacts nothing, because it never receives secrets. */
export function createLog({ level, format, write, hasColour = false, journalLines }: LogOptions): Log {
  const human = (line: string): void => {
    const { level: number, msg, waited_ms: waitedMs } = JSON.parse(line) as Entry;
    const waited = waitedMs === undefined ? '' : `; waited ${elapsed(waitedMs)}`;
    const text = `${clean(msg)}${waited}\n`;
    write(
      format === 'journal'
        ? journalLines(number, text)
        : `rc-wait: ${paint(wordOf(number), hasColour)}${text}`,
    );
  };
  const stream = { write: format === 'json' ? write : human };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: Readonly<Record<string, unknown>>) =>
      logger[name](fields ?? {}, message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A person needs the level only for warnings and errors. */
function wordOf(level: number): ScreenLine {
  if (level >= 50) return [{ text: 'error:', tone: 'bad' }, { text: ' ' }];
  return level >= 40 ? [{ text: 'warning:', tone: 'caution' }, { text: ' ' }] : [];
}
