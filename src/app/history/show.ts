import { systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import { readRecords } from '../../history/read.ts';
import { type KnownWait, knownWait, withKilledBefore } from '../../history/state.ts';
import { chartOf } from '../../report/history/chart.ts';
import { historyDocument, humanHistory } from '../../report/history/list.ts';
import { svgOfChart } from '../../report/history/svg.ts';
import { isUtf8Locale, textOfChart } from '../../report/history/text.ts';
import { clean } from '../../report/words.ts';
import { bootId } from '../../system/boot.ts';
import { isAlive } from '../../system/process-identity.ts';
import type { Io } from '../io.ts';
import { recordsPlace } from './place.ts';

/** Where the records are, and how they are printed. */
interface HistoryOptions {
  readonly root: string;
  readonly 'state-dir': string;
  readonly output?: 'human' | 'json';
}

/** In columns: text for a terminal, a file or a pipe. */
const usualColumns = 80;

/** Runs `rc-wait history`: lists the waits that are recorded. */
export async function listWaits(args: HistoryOptions, io: Io): Promise<number> {
  const waits = await knownWaits(args, io);
  io.out(
    args.output === 'json'
      ? `${JSON.stringify(historyDocument(waits))}\n`
      : humanHistory(waits, io.columns ?? usualColumns),
  );
  return 0;
}

/** Runs `rc-wait history show`: draws one wait in text. @throws RcWaitError USAGE */
export async function showWait(args: HistoryOptions, operands: readonly string[], io: Io): Promise<number> {
  const chosen = chosenOf(operands, await knownWaits(args, io));
  if (args.output === 'json') {
    const { record, state, tookMs } = chosen[chosen.length - 1] ?? chosen[0];
    io.out(`${JSON.stringify({ ...record, state, took_ms: tookMs })}\n`);
    return 0;
  }
  const paper = { columns: io.columns ?? usualColumns, isUtf8: isUtf8Locale(io.env) };
  io.out(textOfChart(chartOf(chosen), paper));
  return 0;
}

/** Runs `rc-wait history plot`: draws one wait as SVG. @throws RcWaitError USAGE */
export async function plotWait(args: HistoryOptions, operands: readonly string[], io: Io): Promise<number> {
  const chosen = chosenOf(operands, await knownWaits(args, io));
  io.out(svgOfChart(chartOf(chosen)));
  return 0;
}

async function knownWaits(args: HistoryOptions, io: Io): Promise<readonly KnownWait[]> {
  const { records, problems } = await readRecords(recordsPlace(args));
  for (const problem of problems) io.err(`rc-wait: warning: ${clean(problem)}\n`);
  const present = { bootId: bootId(), nowMs: systemClock.nowMs(), isAlive };
  return records.map((record) => knownWait(record, present));
}

/** The wait that is named by its number, or the last one, with those before it that were killed. */
function chosenOf(
  operands: readonly string[],
  waits: readonly KnownWait[],
): readonly [KnownWait, ...KnownWait[]] {
  const [word, ...rest] = operands;
  if (rest.length > 0)
    throw new RcWaitError(
      'USAGE',
      `cannot use the argument ${JSON.stringify(rest[0])}: one number is expected`,
    );
  if (word !== undefined && !/^[1-9]\d{0,8}$/.test(word))
    throw new RcWaitError(
      'USAGE',
      `cannot use the argument ${JSON.stringify(word)}: the number of a wait is expected`,
      {
        hint: 'rc-wait history lists them',
      },
    );
  const index =
    word === undefined ? waits.length - 1 : waits.findIndex(({ record }) => record.number === Number(word));
  const [first, ...others] = withKilledBefore(waits, index);
  if (first !== undefined) return [first, ...others];
  throw new RcWaitError(
    'USAGE',
    word === undefined
      ? 'cannot show a wait: none is recorded'
      : `cannot show wait ${word}: it is not recorded`,
    {
      hint:
        word === undefined
          ? 'rc-wait wait leaves a record, where root runs it'
          : 'rc-wait history lists those that are',
    },
  );
}
