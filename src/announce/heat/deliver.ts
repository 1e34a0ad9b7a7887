import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Clock } from '../../base/clock.ts';
import { startDeadline } from '../../base/deadline.ts';
import { errnoOf, reasonOf } from '../../base/error.ts';
import { tlsDemands } from '../../base/tls.ts';
import { retryAfterMs } from '../../http/retry-after.ts';
import type { SignalRequest } from './request.ts';
import { type Answer, nextStep, retryDelayMs } from './retry.ts';

/** Sends one body, once. Never throws: any failure is an answer. */
export type Send = (body: string, signal: AbortSignal) => Promise<Answer>;

export interface DeliverOptions {
  readonly send: Send;
  readonly clock: Clock;
  /** on the clock: no attempt goes on after it */
  readonly untilMs: number;
  readonly random: () => number;
  /** ends the delivery early */
  readonly signal: AbortSignal;
  /** receives why an attempt failed, if another follows */
  readonly onRetry?: (why: string) => void;
}

/** Time limit of one attempt, in ms. */
const attemptMs = 10_000;

/**
 * Delivers a signal: tries until it is accepted, refused for good, or the time is over. Never throws, because
 * the result that it reports stands in any case.
 * @returns undefined when it was delivered, otherwise the reason
 */
export async function deliver(
  request: Pick<SignalRequest, 'body' | 'otherBody'>,
  options: DeliverOptions,
): Promise<string | undefined> {
  const { clock, untilMs, signal, random, onRetry } = options;
  let { body, otherBody } = request;
  for (let attempts = 1; ; attempts += 1) {
    const answer = await attempt(body, options);
    if (answer.kind === 'status' && answer.status === 400 && otherBody !== undefined) {
      body = otherBody;
      otherBody = undefined;
      continue;
    }
    const step = nextStep(answer);
    if (step.kind === 'delivered') return undefined;
    if (step.kind === 'give-up') return step.why;
    const delayMs = step.retryAfterMs ?? retryDelayMs(attempts, random);
    if (signal.aborted || clock.nowMs() + delayMs >= untilMs) return `${step.why}, and the time is over`;
    onRetry?.(step.why);
    try {
      await clock.sleep(delayMs, signal);
    } catch {
      return `${step.why}, and the time is over`;
    }
  }
}

async function attempt(body: string, { send, clock, untilMs, signal }: DeliverOptions): Promise<Answer> {
  const nowMs = clock.nowMs();
  const limitMs = Math.min(attemptMs, Math.max(untilMs - nowMs, 0));
  const deadline = startDeadline(clock, nowMs + limitMs, { signal });
  try {
    const answer = await send(body, deadline.signal);
    if (answer.kind === 'status') return answer;
    if (deadline.hasPassed())
      return { kind: 'trouble', reason: `no answer within ${Math.round(limitMs / 100) / 10} s` };
    return signal.aborted ? { kind: 'trouble', reason: 'no answer yet' } : answer;
  } finally {
    deadline.end();
  }
}

/**
 * Sends by HTTP/1.1 on a connection of its own. Follows no redirect, uses no proxy, and reads only the head
 * of the answer.
 * @param caPem CA certificates, PEM; they replace the built-in ones
 */
export function httpSend(url: URL, request: SignalRequest, caPem: string | undefined): Send {
  const { method, headers } = request;
  const start = url.protocol === 'https:' ? requestSecure : requestPlain;
  return (body, signal) =>
    new Promise((resolve) => {
      const options = {
        method,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
        // Not the global agent, which may use a proxy (NODE_USE_ENV_PROXY) and keeps connections open.
        agent: false as const,
        ...tlsDemands,
        ...(caPem === undefined ? {} : { ca: caPem }),
      };
      const sent = start(url, options, ({ statusCode = 0, headers: head }) => {
        const delayMs = retryAfterMs(head['retry-after'], head.date, Date.now());
        resolve({ kind: 'status', status: statusCode, retryAfterMs: delayMs });
        // A body without an end would keep the process alive.
        sent.destroy();
      });
      sent.on('error', (error) => resolve({ kind: 'trouble', reason: wordsFor(error) }));
      sent.end(body);
    });
}

/** By Node's names for OpenSSL's codes ("X509 certificate error codes"): their messages mention Node's own flags. */
function wordsFor(error: Error): string {
  const code = errnoOf(error) ?? '';
  if (/SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_(SIGNATURE|UNTRUSTED)/.test(code))
    return 'its certificate is not trusted: name your CA with --ca-file';
  return reasonOf(error);
}
