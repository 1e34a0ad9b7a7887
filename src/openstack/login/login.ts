import type { Clock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import { parseOutsideJson } from '../../base/json/bounds.ts';
import { askedToWaitMs, dateOf, headerOf } from '../../http/asked-to-wait.ts';
import type { Http, HttpReply } from '../../http/client.ts';
import type { Catalog } from '../types.ts';
import { otherCountry } from './auth-url.ts';
import type { Credentials } from './credentials.ts';
import { type Granted, isUnscoped, loginRequest, projectIn, readGranted } from './identity.ts';
import type { Proof } from './proof.ts';
import type { Secret } from './secret.ts';

/** A token and its catalog. */
export interface Session {
  readonly token: Secret;
  readonly catalog: Catalog;
  /** the identity API's time, ms since 1970; undefined: the API did not send it */
  nowMs(): number | undefined;
}

/** A login that is renewed for as long as it is needed. */
export interface Login {
  /**
   * A valid session: the last one, or a new one if that is about to expire.
   * @throws RcWaitError API_REFUSED when the credentials are refused; API_UNAVAILABLE when identity gives no
   *   usable answer
   */
  session(signal: AbortSignal): Promise<Session>;
  /** An API refused this session's token (401): the next call of `session` logs in again. */
  reject(session: Session): void;
}

/** Identity gave no usable answer; asking again may help. */
export class LoginTrouble extends RcWaitError {
  /** how long identity asks rc-wait to wait; undefined: it does not say */
  readonly retryAfterMs: number | undefined;

  constructor(where: string, reason: string, retryAfterMs: number | undefined) {
    super('API_UNAVAILABLE', messageOf(where, reason));
    this.retryAfterMs = retryAfterMs;
  }
}

/** A session, or what kept the login from opening one. @throws the signal's reason when aborted */
export async function sessionOrError(login: Login, signal: AbortSignal): Promise<Session | RcWaitError> {
  try {
    return await login.session(signal);
  } catch (error) {
    if (error instanceof RcWaitError) return error;
    throw error;
  }
}

/** Keeps a token beyond the process, if the owner asks for it. */
export interface TokenCache {
  read(): { readonly answer: unknown; readonly subjectToken: string | undefined } | undefined;
  /** @param expiresMs ms since 1970, by this machine's clock */
  write(answer: unknown, subjectToken: string | undefined, expiresMs: number): void;
}

export interface CreateLoginOptions {
  readonly credentials: Credentials;
  readonly http: Http;
  readonly clock: Clock;
  readonly cache?: TokenCache | undefined;
  /** called for each login: the result document counts them */
  readonly onRequest?: () => void;
}

/**
 * A token is renewed this long before it expires, or a tenth of its life if that is less, so that a request
 * under way is still accepted. A token that lives no longer than this is used until an API refuses it (401):
 * with a wrong clock it would seem expired, and each question would start with a login.
 */
const marginMs = 60_000;

const requestTimeoutMs = 30_000;

/** Logs in at the first request for a session, and again when it expires. Concurrent callers share one login. */
export function createLogin(options: CreateLoginOptions): Login {
  const { clock, credentials, cache } = options;
  let current: (Session & { readonly renewMs: number }) | undefined;
  let underWay: Promise<Session> | undefined;
  let refused = false;
  const isBare = credentials.proof.kind === 'token';

  async function renew(signal: AbortSignal): Promise<Session> {
    if (refused && isBare) throw tokenExpired(credentials);
    const kept = refused ? undefined : readCache(cache);
    const { granted, identityMs } = kept ?? (await request(options, signal));
    const { token, catalog } = granted;
    const gotMs = clock.nowMs();
    current = {
      token,
      catalog,
      nowMs: () => (identityMs === undefined ? undefined : identityMs + clock.nowMs() - gotMs),
      // A bare token cannot be renewed: it is used until it is refused.
      renewMs: isBare ? Number.POSITIVE_INFINITY : gotMs + renewAfterMs(lifeOf(granted, identityMs)),
    };
    refused = false;
    return current;
  }

  return {
    async session(signal) {
      if (current !== undefined && !refused && clock.nowMs() < current.renewMs) return current;
      underWay ??= renew(signal).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    reject(session) {
      // Another region may already have renewed it: keep the new session.
      if (session === current) refused = true;
    },
  };
}

/** How long the token lives, in ms, from two readings of identity's clock. undefined: one of them is missing. */
function lifeOf({ expiresMs }: Granted, identityMs: number | undefined): number | undefined {
  return expiresMs === undefined || identityMs === undefined ? undefined : expiresMs - identityMs;
}

/** How long after its login a token is renewed, in ms, unless it is refused before. */
function renewAfterMs(lifeMs: number | undefined): number {
  if (lifeMs === undefined || lifeMs <= marginMs) return Number.POSITIVE_INFINITY;
  return lifeMs - Math.min(marginMs, lifeMs / 10);
}

/** A token, and identity's time when it was issued, ms since 1970; undefined: identity did not send it. */
interface Received {
  readonly granted: Granted;
  readonly identityMs: number | undefined;
}

function readCache(cache: TokenCache | undefined): Received | undefined {
  const kept = cache?.read();
  if (kept === undefined) return undefined;
  const granted = readGranted(kept.answer, kept.subjectToken);
  // The stored times belong to the run that wrote them.
  return granted === undefined ? undefined : { granted, identityMs: undefined };
}

async function request(
  { credentials, http, cache, onRequest }: CreateLoginOptions,
  signal: AbortSignal,
): Promise<Received> {
  const { url, body } = loginRequest(credentials);
  onRequest?.();
  const reply = await http.send({
    method: 'POST',
    url: new URL(url),
    headers: { 'content-type': 'application/json' },
    body,
    timeoutMs: requestTimeoutMs,
    signal,
  });
  signal.throwIfAborted();
  const where = new URL(url).host;
  if (reply.kind === 'unreachable') {
    if (reply.isFinal) throw unavailable(where, reply.reason);
    throw new LoginTrouble(where, reply.reason, undefined);
  }
  const { status, headers } = reply.head;
  if (status === 401 || status === 403) throw refusal(where, reply, credentials);
  if (status === 404 && isAboutProof(reply.body, credentials.proof)) throw refusal(where, reply, credentials);
  if (status === 404) throw unavailable(where, 'there is no identity API at that address (404)');
  if (status === 413 || status === 429 || status >= 500)
    throw new LoginTrouble(where, `it answers with status ${status}`, askedToWaitMs(reply.head, reply.body));
  if (status !== 200 && status !== 201 && status !== 203)
    throw unavailable(where, `it answers with status ${status}`);
  const subjectToken =
    typeof headers['x-subject-token'] === 'string' ? headers['x-subject-token'] : undefined;
  const answer = parse(reply.body);
  if (isUnscoped(answer)) throw noProject(where, credentials);
  refuseOtherProject(where, answer, credentials);
  const granted = grantedBy(answer, subjectToken);
  if (granted === undefined) throw unavailable(where, 'its answer has no token or no catalog');
  // Prefer the token's own times: a proxy in front of identity may have another clock.
  const identityMs = granted.issuedMs ?? dateOf(reply.head);
  const lifeMs = lifeOf(granted, identityMs);
  // The next run compares this with this machine's clock, which may be wrong.
  const untilMs = lifeMs === undefined ? granted.expiresMs : Date.now() + lifeMs;
  if (untilMs !== undefined) cache?.write(answer, subjectToken, untilMs);
  return { granted, identityMs };
}

function parse(text: string): unknown {
  try {
    return parseOutsideJson(text);
  } catch {
    return undefined;
  }
}

function grantedBy(answer: unknown, subjectToken: string | undefined): Granted | undefined {
  try {
    return readGranted(answer, subjectToken);
  } catch (error) {
    if (error instanceof RcWaitError) return undefined;
    throw error;
  }
}

function unavailable(where: string, reason: string): RcWaitError {
  return new RcWaitError('API_UNAVAILABLE', messageOf(where, reason));
}

const messageOf = (where: string, reason: string): string => `cannot log in at ${where}: ${reason}`;

type Answered = Extract<HttpReply, { kind: 'answer' }>;

const proofWords: Readonly<Record<Proof['kind'], string>> = {
  token: 'the token',
  'api-key': 'the API key',
  password: 'the password',
  'application-credential': 'the application credential',
};

function refusal(where: string, reply: Answered, credentials: Credentials): RcWaitError {
  const { from, authUrl, proof } = credentials;
  const hint = proof.kind === 'password' ? secondFactor(reply) : undefined;
  const other = hint ?? otherCountry(authUrl);
  return new RcWaitError(
    'API_REFUSED',
    `cannot log in at ${where}: ${proofWords[proof.kind]} is not accepted (${reply.head.status}); it is from ${from}`,
    other === undefined ? {} : { hint: other },
  );
}

/**
 * A second-factor hint: the password may be right and still not enough. Rackspace asks for a passcode in
 * WWW-Authenticate ("Authenticate with multi-factor authentication passcode credentials", Cloud Identity),
 * Keystone returns a receipt ("Multi-Factor Authentication", Keystone). Neither asks for one with an API key.
 */
function secondFactor({ head, body }: Answered): string | undefined {
  const asked = 'the account asks for a second factor, which rc-wait cannot give';
  if (headerOf(head, 'openstack-auth-receipt') !== undefined)
    return `${asked}: use an application credential`;
  const isAsked =
    /\bOS-MF\b/i.test(headerOf(head, 'www-authenticate') ?? '') ||
    /multi-?factor|additional authentication credentials|passcode/i.test(body.slice(0, 4_096));
  return isAsked ? `${asked}: use an API key (RAX_USERNAME and RAX_API_KEY)` : undefined;
}

/**
 * Whether a 404 comes from the identity API and concerns the proof: Keystone answers so to a token that it does
 * not know. Users are refused with 401, so for them a 404 is about the path.
 */
function isAboutProof(body: string, { kind }: Proof): boolean {
  if (kind !== 'token' && kind !== 'application-credential') return false;
  const answer = parse(body) as Readonly<Record<string, { code?: unknown } | null>> | null | undefined;
  return answer?.error?.code === 404 || answer?.itemNotFound?.code === 404;
}

function noProject(where: string, { scope }: Credentials): RcWaitError {
  const reason =
    scope === undefined
      ? 'no project is named, and the user has no default one'
      : 'the token is for no project';
  return new RcWaitError('CONFIGURATION', `cannot use the login at ${where}: ${reason}`, {
    hint: 'name it with OS_PROJECT_NAME or OS_PROJECT_ID, or with project_name or project_id in clouds.yaml',
  });
}

/** An application credential belongs to one project; refuses another one named beside it. */
function refuseOtherProject(where: string, answer: unknown, credentials: Credentials): void {
  const { proof, scope, scopeFrom } = credentials;
  if (proof.kind !== 'application-credential' || scope?.kind !== 'project') return;
  const project = projectIn(answer);
  const [is, meant] = 'id' in scope ? [project?.id, scope.id] : [project?.name, scope.name];
  if (is === undefined || is === meant) return;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot use the login at ${where}: the application credential is for the project ${is}, and ${scopeFrom} names ${meant}`,
  );
}

function tokenExpired({ from }: Credentials): RcWaitError {
  return new RcWaitError('API_REFUSED', `cannot go on: the token from ${from} is no longer accepted (401)`, {
    hint: 'a bare token cannot be renewed: give a user name with an API key, or a new token',
  });
}
