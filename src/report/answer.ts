import { formatDuration } from '../base/duration.ts';
import { clean, escapeControls, padded, replaceControls } from './words.ts';

/** The answer to a question: for a person, and for the document of `--output json`. */
export interface AnswerWords {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where and when an answer was got. */
interface Origin {
  readonly operation: string;
  /** the source, if it was not the API */
  readonly source?: 'xenstore';
  /** whether another process got it */
  readonly shared: boolean;
  readonly ageMs: number;
}

/** The document of `rc-wait status`, `details`, `gateway` and `features`, `docs/schema/answer-v1.json`. */
export function answerDocument(fields: AnswerWords['fields'], origin: Origin): unknown {
  const { operation, source, shared, ageMs } = origin;
  return {
    schema: 'rc-wait/answer/v1',
    operation,
    ...fields,
    ...(source === undefined ? {} : { source }),
    shared,
    age_ms: ageMs,
  };
}

/** The answer for a person; indented lines stay indented. */
export function humanAnswer(text: string): string {
  const lines = text.split('\n').map((line) => `${line.startsWith(' ') ? '  ' : ''}${clean(line)}`);
  return `${lines.join('\n')}\n`;
}

/** The API's own answer, safe for a terminal. */
export function ownAnswer(body: string, format: 'json' | 'xml'): string {
  const shown = (format === 'xml' ? replaceControls : escapeControls)(body);
  return shown.endsWith('\n') ? shown : `${shown}\n`;
}

/** Says that another process got the answer. */
export function sharedWords(ageMs: number): string {
  return `this is the answer that another rc-wait process got ${formatDuration(ageMs)} ago`;
}

/** The status and the tasks. */
export function detailsWords({
  value,
  unread,
}: {
  readonly value: {
    readonly status: string;
    readonly tasks: readonly { readonly name: string; readonly status: string }[];
  };
  readonly unread: readonly string[];
}): AnswerWords {
  const tasks = value.tasks.map(({ name, status }) => `  ${padded(status, 12)} ${name}`);
  const rest = unread.map((part) => `  not understood: ${part}`);
  return {
    text: [value.status, ...tasks, ...rest].join('\n'),
    fields: { automation_status: value.status, tasks: value.tasks, unread },
  };
}

/** The features, each with whether it is enabled. */
export function featuresWords({
  value,
  unread,
}: {
  readonly value: readonly {
    readonly name: string;
    readonly enabled: boolean | undefined;
    readonly status: string;
  }[];
  readonly unread: readonly string[];
}): AnswerWords {
  const word = (enabled: boolean | undefined, status: string): string =>
    enabled === undefined ? status : enabled ? 'enabled' : 'disabled';
  const lines = value.map(({ name, enabled, status }) => `${padded(word(enabled, status), 12)} ${name}`);
  const features = value.map(({ name, enabled, status }) => ({ name, enabled: enabled ?? null, status }));
  return { text: lines.join('\n'), fields: { features, unread } };
}
