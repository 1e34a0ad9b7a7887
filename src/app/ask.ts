import { systemClock } from '../base/clock.ts';
import { RcWaitError } from '../base/error.ts';
import type { Operation, Read as PayloadRead } from '../rackconnect/types.ts';
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

/** An answer of the API at `baseUrl`. */
interface Answer {
  readonly body: string;
  readonly contentType: string;
  readonly baseUrl: string;
}

/** Reads an answer. @throws RcWaitError API_UNAVAILABLE when it cannot be read */
type Read = (payload: Payload, answer: Answer) => AnswerWords;

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
    return await ask(args, io, operation, ({ readStatus }, answer) => {
      const { value } = readable(readStatus, answer);
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
  return ask(args, io, 'automation_status/details', ({ readDetails }, answer) =>
    detailsWords(readable(readDetails, answer)),
  );
}

/** `rc-wait gateway`: the address of the gateway. */
export function askForAddress(args: QuestionOptions, io: Io): Promise<number> {
  return ask(args, io, 'gateway_ip', ({ readGateway }, answer) => {
    const { value } = readable(readGateway, answer);
    return { text: value, fields: { gateway_ip: value } };
  });
}

/** `rc-wait features`: what the automation does on this server. */
export function askForFeatures(args: QuestionOptions, io: Io): Promise<number> {
  return ask(args, io, 'automation_features', ({ readFeatures }, answer) =>
    featuresWords(readable(readFeatures, answer)),
  );
}

/** Asks one question and prints the answer; resolves to the exit status. */
async function ask(args: QuestionOptions, io: Io, operation: Operation, read: Read): Promise<number> {
  const { format } = args;
  const answer = await withApiForOne(args, io, async (api) => {
    const { reply, askedMs, shared } = await askOnce(api, operation, format ?? 'json', args, io);
    const { body, contentType } = usable(reply, operation, api);
    return { body, contentType, askedMs, shared, baseUrl: api.baseUrl };
  });
  // Loaded only for an answer: it knows XML, too.
  const payload = await import('../rackconnect/payload.ts');
  const { text, fields } = read(payload, answer);
  const { body, askedMs, shared } = answer;
  const ageMs = Math.max(0, Math.round(systemClock.nowMs() - askedMs));
  if (shared && !args.quiet) io.err(`rc-wait: ${sharedWords(ageMs)}\n`);
  if (args.output === 'json')
    io.out(`${JSON.stringify(answerDocument(fields, { operation, shared, ageMs }))}\n`);
  else if (format === undefined || format === 'text') io.out(humanAnswer(text));
  else io.out(ownAnswer(body, format));
  return 0;
}

/** Reads an answer. @throws RcWaitError API_UNAVAILABLE when it cannot be read */
function readable<T>(
  read: (body: string, contentType: string) => PayloadRead<T>,
  { body, contentType, baseUrl }: Answer,
): Extract<PayloadRead<T>, { readonly ok: true }> {
  const payload = read(body, contentType);
  if (payload.ok) return payload;
  throw new RcWaitError('API_UNAVAILABLE', `cannot read the answer of ${baseUrl}: ${payload.why}`);
}
