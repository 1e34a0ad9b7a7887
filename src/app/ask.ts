import { systemClock } from '../base/clock.ts';
import { RcWaitError } from '../base/error.ts';
import type { Operation } from '../rackconnect/types.ts';
import {
  type AnswerWords,
  answerDocument,
  detailsWords,
  featuresWords,
  humanAnswer,
  ownAnswer,
  sharedWords,
} from '../report/answer.ts';
import { askOnce, usable, withApiForOne } from './ask-once.ts';
import type { Io } from './io.ts';
import type { QuestionOptions } from './options.ts';

const localStatusRoom = () => import('./local-status.ts');

type Payload = typeof import('../rackconnect/payload.ts');

/** Reads an answer. @throws RcWaitError API_UNAVAILABLE when it cannot be read */
type Read = (payload: Payload, body: string, contentType: string) => AnswerWords;

/** `rc-wait status`: the status, from where `--source` says. */
export async function askForStatus(
  args: QuestionOptions & { readonly source: 'auto' | 'api' | 'xenstore' },
  io: Io,
): Promise<number> {
  if (args.source === 'xenstore') {
    return (await localStatusRoom()).localStatus(args, io);
  }
  // The details contain the status and are what `wait` asks for, so its answer can be shared.
  const operation = args.format === undefined ? 'automation_status/details' : 'automation_status';
  try {
    return await ask(args, io, operation, ({ readStatus }, body, type) => {
      const { value } = readable(readStatus(body, type));
      return { text: value, fields: { automation_status: value } };
    });
  } catch (error) {
    const mayAskXenstore = args.source === 'auto' && args.format === undefined;
    if (!mayAskXenstore || io.signal.aborted || !isOfNoUse(error)) throw error;
    return await (await localStatusRoom()).statusInstead(error, args, io);
  }
}

/** Whether the API gave no usable answer, as opposed to wrong flags or a bug in rc-wait. */
function isOfNoUse(error: unknown): error is RcWaitError {
  return error instanceof RcWaitError && ['API_REFUSED', 'API_UNAVAILABLE'].includes(error.code);
}

/** `rc-wait details`: the status and the tasks. */
export function askForDetails(args: QuestionOptions, io: Io): Promise<number> {
  return ask(args, io, 'automation_status/details', ({ readDetails }, body, type) =>
    detailsWords(readable(readDetails(body, type))),
  );
}

/** `rc-wait gateway`: the address of the gateway. */
export function askForAddress(args: QuestionOptions, io: Io): Promise<number> {
  return ask(args, io, 'gateway_ip', ({ readGateway }, body, type) => {
    const { value } = readable(readGateway(body, type));
    return { text: value, fields: { gateway_ip: value } };
  });
}

/** `rc-wait features`: what the automation does on this server. */
export function askForFeatures(args: QuestionOptions, io: Io): Promise<number> {
  return ask(args, io, 'automation_features', ({ readFeatures }, body, type) =>
    featuresWords(readable(readFeatures(body, type))),
  );
}

/** Asks one question and prints the answer; resolves to the exit status. */
async function ask(args: QuestionOptions, io: Io, operation: Operation, read: Read): Promise<number> {
  const { format } = args;
  const { reply, askedMs, shared } = await withApiForOne(args, io, (api) =>
    askOnce(api, operation, format ?? 'json', args, io),
  );
  const { body, contentType } = usable(reply, operation);
  // Loaded only for an answer: it knows XML, too.
  const payload = await import('../rackconnect/payload.ts');
  const { text, fields } = read(payload, body, contentType);
  const ageMs = Math.max(0, Math.round(systemClock.nowMs() - askedMs));
  if (shared && !args.quiet) io.err(`rc-wait: ${sharedWords(ageMs)}\n`);
  if (args.output === 'json')
    io.out(`${JSON.stringify(answerDocument(fields, { operation, shared, ageMs }))}\n`);
  else if (format === undefined || format === 'text') io.out(humanAnswer(text));
  else io.out(ownAnswer(body, format));
  return 0;
}

/** Unwraps a payload. @throws RcWaitError API_UNAVAILABLE when it could not be read */
function readable<R extends { readonly ok: boolean }>(read: R): Extract<R, { readonly ok: true }> {
  if (read.ok) return read as Extract<R, { readonly ok: true }>;
  throw new RcWaitError(
    'API_UNAVAILABLE',
    `cannot read the API's answer: ${(read as unknown as { why: string }).why}`,
  );
}
