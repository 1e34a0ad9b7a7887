import { RcWaitError } from '../base/error.ts';
import { type AuthUrl, authUrlOf } from './auth-url.ts';
import { Secret } from './secret.ts';

/** What proves who we are. */
export type Proof =
  | { readonly kind: 'api-key'; readonly username: string; readonly apiKey: Secret }
  | {
      readonly kind: 'password';
      readonly username: string;
      readonly password: Secret;
      /** v3 alone; `Default` where nothing else is said */
      readonly userDomain: string;
    }
  | { readonly kind: 'token'; readonly token: Secret };

/** All that a login needs. */
export interface Credentials {
  readonly authUrl: AuthUrl;
  readonly proof: Proof;
  /** the account; Rackspace's identity knows it by itself, except for a bare token */
  readonly tenantId: string | undefined;
  readonly tenantName: string | undefined;
  readonly projectDomain: string;
  /** the region that was named beside them, as it was written */
  readonly region: string | undefined;
  /** where they are from, in a person's words */
  readonly from: string;
}

/** Variables, or the members of a cloud in clouds.yaml, under the names of variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the command line adds. */
export interface Overrides {
  /** `us`, `uk` or a URL */
  readonly authUrl: string | undefined;
  /** upper case; empty: none was named */
  readonly regions: readonly string[];
}

/**
 * The credentials that variables hold, in this order: `RAX_USERNAME` with `RAX_API_KEY`; a token in
 * `OS_TOKEN` (or `OS_AUTH_TOKEN`); `OS_USERNAME` with `OS_PASSWORD` (or `OS_API_KEY`). An empty
 * variable is none. undefined when there is nothing of the kind.
 * @throws RcWaitError CONFIGURATION when they are half there, or the identity URL is none
 */
export function credentialsIn(variables: Variables, overrides: Overrides): Credentials | undefined {
  const value = (name: string): string | undefined => variables[name]?.trim() || undefined;
  const found = rackspaceProof(value) ?? tokenProof(value) ?? openstackProof(value);
  if (found === undefined) return undefined;
  const tenantId = value('OS_TENANT_ID') ?? value('OS_PROJECT_ID') ?? value('RAX_TENANT_ID');
  const region = value('RAX_REGION') ?? value('OS_REGION_NAME');
  const written = found.isRackspace ? value('RAX_AUTH_URL') : (value('OS_AUTH_URL') ?? value('RAX_AUTH_URL'));
  const authUrl = authUrlOf(overrides.authUrl ?? written, {
    version: value('OS_IDENTITY_API_VERSION'),
    regions:
      overrides.regions.length > 0 ? overrides.regions : region === undefined ? [] : [region.toUpperCase()],
  });
  const tenantName = value('OS_TENANT_NAME') ?? value('OS_PROJECT_NAME');
  if (found.proof.kind === 'token' && tenantId === undefined && authUrl.version === 2) {
    throw new RcWaitError('CONFIGURATION', 'cannot log in with a token alone: its account is not named', {
      hint: 'put the account number into OS_TENANT_ID beside OS_TOKEN',
    });
  }
  const projectDomain = value('OS_PROJECT_DOMAIN_NAME') ?? value('OS_DEFAULT_DOMAIN') ?? 'Default';
  return { authUrl, proof: found.proof, tenantId, tenantName, projectDomain, region, from: found.from };
}

interface Found {
  readonly proof: Proof;
  readonly from: string;
  readonly isRackspace: boolean;
}

type Value = (name: string) => string | undefined;

function rackspaceProof(value: Value): Found | undefined {
  const username = value('RAX_USERNAME');
  const apiKey = value('RAX_API_KEY');
  const password = value('RAX_PASSWORD');
  if (username === undefined && apiKey === undefined) return undefined;
  if (username === undefined) throw incomplete('RAX_API_KEY', 'RAX_USERNAME');
  if (apiKey !== undefined)
    return {
      proof: { kind: 'api-key', username, apiKey: new Secret(apiKey) },
      from: 'RAX_USERNAME and RAX_API_KEY',
      isRackspace: true,
    };
  if (password === undefined) throw incomplete('RAX_USERNAME', 'RAX_API_KEY');
  return {
    proof: { kind: 'password', username, password: new Secret(password), userDomain: 'Default' },
    from: 'RAX_USERNAME and RAX_PASSWORD',
    isRackspace: true,
  };
}

function tokenProof(value: Value): Found | undefined {
  const token = value('OS_TOKEN') ?? value('OS_AUTH_TOKEN');
  if (token === undefined) return undefined;
  return { proof: { kind: 'token', token: new Secret(token) }, from: 'OS_TOKEN', isRackspace: false };
}

function openstackProof(value: Value): Found | undefined {
  const username = value('OS_USERNAME');
  const password = value('OS_PASSWORD');
  // The old nova client's plug-in for Rackspace took the API key in the place of the password.
  const isOldPlugin = value('OS_AUTH_SYSTEM')?.startsWith('rackspace') === true;
  const apiKey = value('OS_API_KEY') ?? (isOldPlugin ? password : undefined);
  if (username === undefined) return undefined;
  if (apiKey !== undefined)
    return {
      proof: { kind: 'api-key', username, apiKey: new Secret(apiKey) },
      from: 'OS_USERNAME and an API key',
      isRackspace: false,
    };
  if (password === undefined) throw incomplete('OS_USERNAME', 'OS_PASSWORD');
  const userDomain = value('OS_USER_DOMAIN_NAME') ?? value('OS_DEFAULT_DOMAIN') ?? 'Default';
  return {
    proof: { kind: 'password', username, password: new Secret(password), userDomain },
    from: 'OS_USERNAME and OS_PASSWORD',
    isRackspace: false,
  };
}

function incomplete(has: string, lacks: string): RcWaitError {
  return new RcWaitError('CONFIGURATION', `cannot log in: ${has} is set, and ${lacks} is not`, {
    hint: 'the API key is in the control panel, under "My Profile & Settings"',
  });
}
