import * as v from 'valibot';
import { parseDuration } from '../base/duration.ts';

/** The scalar fields of a scenario. Each error says what was expected. */

/** `never` reads better than `infinity` for something that does not happen; a bare number is in ms. */
function durationMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  return value.trim() === 'never' ? Number.POSITIVE_INFINITY : parseDuration(value);
}

function durationField(expected: string, isAllowed: (ms: number) => boolean) {
  return v.pipe(
    v.custom<string | number>((value) => {
      const ms = durationMs(value);
      return ms !== undefined && isAllowed(ms);
    }, `expected ${expected}`),
    v.transform((value) => durationMs(value) ?? 0),
  );
}

/** When something happens, in ms; `never` is infinity. */
export const moment = durationField(
  'a duration such as 500ms, 90s, 15m, 1h or never, or a number of ms',
  () => true,
);
/** How long something takes, in ms; always finite. */
export const duration = durationField(
  'a duration such as 500ms, 90s, 15m or 1h, or a number of ms',
  Number.isFinite,
);
/** How long something takes, in ms; finite and above zero. */
export const longDuration = durationField(
  'a duration above zero such as 500ms, 90s, 15m or 1h, or a number of ms',
  (ms) => ms > 0 && Number.isFinite(ms),
);

/** A number accepted by `isAllowed`; `expected` describes it in the error. */
export function numberField(expected: string, isAllowed: (number: number) => boolean) {
  return v.custom<number>((value) => typeof value === 'number' && isAllowed(value), `expected ${expected}`);
}

export const count = numberField(
  'a whole number, 0 or more',
  (number) => Number.isSafeInteger(number) && number >= 0,
);
/** true or false, unquoted. */
export const flag = v.boolean('expected true or false');
/** A final HTTP status, so not 1xx. */
export const status = numberField(
  'an HTTP status from 200 to 599',
  (number) => Number.isInteger(number) && number >= 200 && number <= 599,
);

/** Text without control characters: XML 1.0 cannot carry most of them. */
export const word = v.custom<string>(
  (value) => typeof value === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(value),
  'expected text of one character or more, on one line',
);
/** Any text, even empty. */
export const text = v.string('expected text');
/** The name of a JSON key or an XML element, in snake_case. */
export const key = v.custom<string>(
  (value) => typeof value === 'string' && /^[a-z][a-z0-9_]*$/.test(value),
  'expected a name in snake_case',
);
/** The value of an HTTP header, without characters that could end it. */
export const headerValue = v.custom<string>(
  (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value),
  'expected printable ASCII on one line',
);
/** One of a few words. */
export const oneOf = <const Options extends readonly string[]>(...options: Options) =>
  v.picklist(options, `expected one of ${options.join(', ')}`);

/** One of the four operations. */
export const operation = oneOf(
  'automation_status',
  'automation_status/details',
  'gateway_ip',
  'automation_features',
);
