import { readCatalog } from './catalog.ts';
import type { Credentials, Proof } from './credentials.ts';
import { Secret } from './secret.ts';
import type { Catalog } from './types.ts';

/** A login as it goes over HTTP. Its body holds the secret. */
export interface LoginRequest {
  readonly url: string;
  readonly body: string;
}

/** What a login brings. */
export interface Granted {
  readonly token: Secret;
  /** ms since 1970 by the identity API's clock; undefined: the answer does not say */
  readonly expiresMs: number | undefined;
  readonly catalog: Catalog;
}

/**
 * The request for a token. v2.0: "Authenticate", Rackspace's identity documentation
 * (`RAX-KSKEY:apiKeyCredentials`, `passwordCredentials`, or a token with its account); v3: "Identity API
 * v3", OpenStack. An API key is understood by v2.0 alone, and goes as a password to v3.
 */
export function loginRequest({ authUrl, proof, ...account }: Credentials): LoginRequest {
  if (authUrl.version === 2) {
    const { tenantId, tenantName } = account;
    const tenant = tenantId !== undefined ? { tenantId } : tenantName !== undefined ? { tenantName } : {};
    return {
      url: `${authUrl.url}/tokens`,
      body: JSON.stringify({ auth: { ...proofOfV2(proof), ...tenant } }),
    };
  }
  const identity = proofOfV3(proof);
  return {
    url: `${authUrl.url}/auth/tokens`,
    body: JSON.stringify({ auth: { identity, ...scopeOf(account) } }),
  };
}

function proofOfV2(proof: Proof): unknown & object {
  switch (proof.kind) {
    case 'api-key':
      return { 'RAX-KSKEY:apiKeyCredentials': { username: proof.username, apiKey: proof.apiKey.reveal() } };
    case 'password':
      return { passwordCredentials: { username: proof.username, password: proof.password.reveal() } };
    case 'token':
      return { token: { id: proof.token.reveal() } };
  }
}

function proofOfV3(proof: Proof): object {
  if (proof.kind === 'token') return { methods: ['token'], token: { id: proof.token.reveal() } };
  const password = proof.kind === 'api-key' ? proof.apiKey : proof.password;
  const domain = { name: proof.kind === 'api-key' ? 'Default' : proof.userDomain };
  return {
    methods: ['password'],
    password: { user: { name: proof.username, domain, password: password.reveal() } },
  };
}

function scopeOf({
  tenantId,
  tenantName,
  projectDomain,
}: Pick<Credentials, 'tenantId' | 'tenantName' | 'projectDomain'>): object {
  if (tenantId !== undefined) return { scope: { project: { id: tenantId } } };
  if (tenantName === undefined) return {};
  return { scope: { project: { name: tenantName, domain: { name: projectDomain } } } };
}

/**
 * Reads the answer to a login.
 * @param subjectToken the header X-Subject-Token, in which v3 has the token
 * @returns undefined when it holds no token
 * @throws RcWaitError CONFIGURATION when it holds no catalog
 */
export function readGranted(answer: unknown, subjectToken: string | undefined): Granted | undefined {
  const fields = answer as { access?: { token?: Token }; token?: Token } | null | undefined;
  const token = fields?.access?.token ?? fields?.token;
  const id = subjectToken ?? (typeof token?.id === 'string' ? token.id : undefined);
  if (id === undefined || id === '') return undefined;
  const expires = token?.expires ?? token?.expires_at;
  const expiresMs = typeof expires === 'string' ? Date.parse(expires) : Number.NaN;
  return {
    token: new Secret(id),
    expiresMs: Number.isNaN(expiresMs) ? undefined : expiresMs,
    catalog: readCatalog(answer),
  };
}

interface Token {
  readonly id?: unknown;
  readonly expires?: unknown;
  readonly expires_at?: unknown;
}
