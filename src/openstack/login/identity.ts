import { readCatalog } from '../catalog.ts';
import type { Catalog } from '../types.ts';
import type { Credentials, Scope } from './credentials.ts';
import type { Proof } from './proof.ts';
import { Secret } from './secret.ts';

/** A login as an HTTP request. Its body holds the secret. */
export interface LoginRequest {
  readonly url: string;
  readonly body: string;
}

/** The result of a login. */
export interface Granted {
  readonly token: Secret;
  /** ms since 1970 by the identity API's clock; undefined: the answer has no such time */
  readonly expiresMs: number | undefined;
  /** when the token was issued, by the same clock (`issued_at`); Rackspace's v2.0 has no such time */
  readonly issuedMs: number | undefined;
  readonly catalog: Catalog;
}

/**
 * The request for a token. v2.0: "Authenticate", Rackspace's identity documentation
 * (`RAX-KSKEY:apiKeyCredentials`, `passwordCredentials`, or a token with its account). v3: "Identity API v3",
 * OpenStack. Only v2.0 knows API keys; to v3 a key is sent as a password.
 */
export function loginRequest({ authUrl, proof, scope }: Credentials): LoginRequest {
  // v2.0 has no application credentials; rules.ts refuses them before any request.
  if (authUrl.version === 2 && proof.kind !== 'application-credential') {
    return {
      url: `${authUrl.url}/tokens`,
      body: JSON.stringify({ auth: { ...proofOfV2(proof), ...tenantOf(scope) } }),
    };
  }
  const identity = proofOfV3(proof);
  // An application credential belongs to its project, and Keystone refuses a request that names one as well.
  const asked = proof.kind === 'application-credential' ? {} : scopeOf(scope);
  return { url: `${authUrl.url}/auth/tokens`, body: JSON.stringify({ auth: { identity, ...asked } }) };
}

function proofOfV2(proof: Exclude<Proof, { kind: 'application-credential' }>): object {
  switch (proof.kind) {
    case 'api-key':
      return { 'RAX-KSKEY:apiKeyCredentials': { username: proof.username, apiKey: proof.apiKey.reveal() } };
    case 'password': {
      const { user } = proof;
      const who = 'id' in user ? { userId: user.id } : { username: user.name };
      return { passwordCredentials: { ...who, password: proof.password.reveal() } };
    }
    case 'token':
      return { token: { id: proof.token.reveal() } };
  }
}

function tenantOf(scope: Scope): object {
  if (scope?.kind !== 'project') return {};
  return 'id' in scope ? { tenantId: scope.id } : { tenantName: scope.name };
}

function proofOfV3(proof: Proof): object {
  switch (proof.kind) {
    case 'api-key': {
      const user = { name: proof.username, domain: proof.domain, password: proof.apiKey.reveal() };
      return { methods: ['password'], password: { user } };
    }
    case 'password':
      return {
        methods: ['password'],
        password: { user: { ...proof.user, password: proof.password.reveal() } },
      };
    case 'token':
      return { methods: ['token'], token: { id: proof.token.reveal() } };
    case 'application-credential':
      return {
        methods: ['application_credential'],
        application_credential: { ...proof.credential, secret: proof.secret.reveal() },
      };
  }
}

function scopeOf(scope: Scope): object {
  if (scope === undefined) return {};
  const { kind, ...what } = scope;
  return { scope: kind === 'domain' ? { domain: scope.domain } : { project: what } };
}

/**
 * Reads the answer to a login.
 * @param subjectToken the header X-Subject-Token, where v3 puts the token
 * @returns undefined when it holds no token
 * @throws RcWaitError CONFIGURATION when it holds no catalog
 */
export function readGranted(answer: unknown, subjectToken: string | undefined): Granted | undefined {
  const token = tokenIn(answer);
  const id = subjectToken ?? (typeof token?.id === 'string' ? token.id : undefined);
  if (id === undefined || id === '') return undefined;
  return {
    token: new Secret(id),
    expiresMs: momentOf(token?.expires ?? token?.expires_at),
    issuedMs: momentOf(token?.issued_at),
    catalog: readCatalog(answer),
  };
}

/** In v2.0's `issued_at` Keystone writes UTC without a zone ("2015-06-01T10:00:00.123456"). */
function momentOf(written: unknown): number | undefined {
  if (typeof written !== 'string') return undefined;
  const isZoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(written);
  const ms = Date.parse(isZoned ? written : `${written}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Whether the token is only good for requesting another one: no project is named, and the user has no default
 * project ("Unscoped tokens", Keystone). With such a token v2.0 sends an empty catalog, v3 none at all.
 */
export function isUnscoped(answer: unknown): boolean {
  const token = tokenIn(answer);
  if (token === undefined || token === null) return false;
  const { access } = answer as Answer;
  const scopes = [token.tenant, token.project, token.domain, token.system];
  const catalog = access === undefined ? token.catalog : access?.serviceCatalog;
  const isEmpty = catalog === undefined || (Array.isArray(catalog) && catalog.length === 0);
  return isEmpty && scopes.every((scope) => scope === undefined || scope === null);
}

/** The project of the token; undefined: the answer does not name it. */
export function projectIn(answer: unknown): { readonly id: unknown; readonly name: unknown } | undefined {
  const project = tokenIn(answer)?.project;
  return typeof project === 'object' && project !== null
    ? { id: Reflect.get(project, 'id'), name: Reflect.get(project, 'name') }
    : undefined;
}

function tokenIn(answer: unknown): Token | null | undefined {
  const fields = answer as Answer | null | undefined;
  return fields?.access?.token ?? fields?.token;
}

interface Answer {
  readonly access?: { readonly token?: Token; readonly serviceCatalog?: unknown } | null;
  readonly token?: Token | null;
}

interface Token {
  readonly tenant?: unknown;
  readonly project?: unknown;
  readonly domain?: unknown;
  readonly system?: unknown;
  readonly catalog?: unknown;
  readonly id?: unknown;
  readonly expires?: unknown;
  readonly expires_at?: unknown;
  readonly issued_at?: unknown;
}
