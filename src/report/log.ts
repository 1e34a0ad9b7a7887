import { pino } from 'pino';
import { clean } from './words.ts';

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
  /** puts the priority of a level (pino's number) before each line, for the journal */
  readonly journalLines: (level: number, text: string) => string;
}

/** A log on pino. It redacts nothing, because it never receives secrets. */
export function createLog({ level, format, write, journalLines }: LogOptions): Log {
  const human = (line: string): void => {
    const { level: number, msg } = JSON.parse(line) as { level: number; msg: string };
    const text = `${clean(msg)}\n`;
    write(format === 'journal' ? journalLines(number, text) : `${wordOf(number)}${text}`);
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
function wordOf(level: number): string {
  return level >= 50 ? 'rc-wait: error: ' : level >= 40 ? 'rc-wait: warning: ' : 'rc-wait: ';
}
