import { RcWaitError } from '../../base/error.ts';
import { type AuthUrl, authUrlOf } from './auth-url.ts';
import type { Cloud } from './clouds.ts';
import {
  type Domain,
  type FoundProof,
  type Proof,
  type ProofPlace,
  projectDomainIn,
  proofIn,
} from './proof.ts';
import {
  credentialsMissing,
  filledIn,
  noAuthUrl,
  noticesOn,
  refuseTwoUrls,
  refuseUnknown,
  refuseWhatV2Lacks,
} from './rules.ts';
import { Secret } from './secret.ts';
import {
  type LoginSetting,
  type LoginSettings,
  regionIn,
  type SettingName,
  settingsIn,
  settingsOver,
} from './settings.ts';

/** What the token is for; undefined: the identity API's default. */
export type Scope =
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'project'; readonly name: string; readonly domain: Domain }
  | { readonly kind: 'domain'; readonly domain: Domain }
  | undefined;

/** Everything that a login needs. */
export interface Credentials {
  readonly authUrl: AuthUrl;
  readonly proof: Proof;
  /** Rackspace's identity finds the account by itself, except for a bare token */
  readonly scope: Scope;
  /** the region named beside the credentials, as written */
  readonly region: string | undefined;
  /** where they come from, in plain words */
  readonly from: string;
  /** the name under which the project was given, such as `OS_PROJECT_ID` */
  readonly scopeFrom: string | undefined;
  /** the name of the compute service in the catalog, if it is given */
  readonly computeService: string | undefined;
  /** the file with the trusted certificates, as written */
  readonly caFile: string | undefined;
  /** settings that rc-wait does not follow, in plain words */
  readonly notices: readonly string[];
}

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the command line adds to the variables. */
export interface Overrides {
  /** `us`, `uk` or a URL */
  readonly authUrl: string | undefined;
  /** upper case; empty: none was named */
  readonly regions: readonly string[];
}

/**
 * The credentials in environment variables, in this order: `RAX_USERNAME` with `RAX_API_KEY`; an application
 * credential; a token in `OS_TOKEN` (or `OS_AUTH_TOKEN`); a user with `OS_PASSWORD` (or `OS_API_KEY`). An empty
 * variable counts as unset. undefined when the variables hold no credentials.
 * @throws RcWaitError CONFIGURATION when they are incomplete, of an unknown kind, or without an identity API
 */
export function credentialsIn(variables: Variables, overrides: Overrides): Credentials | undefined {
  const rackspace = rackspaceProof(variables);
  const settings = settingsIn(variables);
  const place: ProofPlace = { settings, cloud: undefined };
  if (rackspace !== undefined) {
    const auth = { url: trimmed(variables.RAX_AUTH_URL), isRackspace: true };
    return assembled(rackspace, rackspaceSettings(variables, settings), {
      place,
      auth,
      variables,
      overrides,
    });
  }
  const isOldPlugin = variables.OS_AUTH_SYSTEM?.trim().startsWith('rackspace') === true;
  const found = proofIn(place, isOldPlugin);
  if (found === undefined) return undefined;
  const isRackspace = isRackspaceType(settings);
  const auth = { url: settings.get('auth_url')?.text, isRackspace };
  return assembled(found, settings, { place, auth, variables, overrides });
}

/**
 * The credentials of a cloud. OS_* variables override it, as in openstackclient. But if both name an identity
 * API and they differ, the login is refused: nobody can tell which one the password belongs to.
 * @throws RcWaitError CONFIGURATION when they are missing, incomplete, of an unknown kind, or without an identity API
 */
export function credentialsOfCloud(cloud: Cloud, variables: Variables, overrides: Overrides): Credentials {
  const environment = settingsIn(variables);
  const settings = settingsOver(cloud.settings, environment);
  const place: ProofPlace = { settings, cloud };
  // Look at the cloud only: OS_AUTH_TYPE may be left over from another one.
  const isRackspace = isRackspaceType(cloud.settings) || cloud.profile?.name?.toLowerCase() === 'rackspace';
  if (trimmed(overrides.authUrl) === undefined) refuseTwoUrls(cloud, environment, isRackspace);
  const found = proofIn(place, false);
  if (found === undefined) throw credentialsMissing(cloud);
  const region = overrides.regions[0] ?? regionIn(variables) ?? cloud.settings.get('region_name')?.text;
  const auth = { url: filledIn(settings.get('auth_url')?.text, region, cloud), isRackspace };
  return assembled(found, settings, { place, auth, variables, overrides });
}

interface Context {
  readonly place: ProofPlace;
  readonly auth: { readonly url: string | undefined; readonly isRackspace: boolean };
  readonly variables: Variables;
  readonly overrides: Overrides;
}

function assembled({ proof, of }: FoundProof, settings: LoginSettings, context: Context): Credentials {
  const { place, auth, variables, overrides } = context;
  const { cloud } = place;
  refuseUnknown(settings, ['trust_id', 'system_scope']);
  const region = regionIn(variables) ?? cloud?.settings.get('region_name')?.text;
  const written = trimmed(overrides.authUrl) ?? auth.url;
  if (written === undefined && !auth.isRackspace) throw noAuthUrl(place);
  const regions = overrides.regions.length > 0 ? overrides.regions : [region?.toUpperCase() ?? []].flat();
  const authUrl = authUrlOf(written, { version: versionIn(settings), regions });
  const { scope, scopeFrom } = scopeIn(settings);
  if (proof.kind === 'token' && scope === undefined && authUrl.version === 2) {
    throw new RcWaitError('CONFIGURATION', 'cannot log in with a token alone: its account is not named', {
      hint: 'put the account number into OS_TENANT_ID beside OS_TOKEN',
    });
  }
  if (authUrl.version === 2) refuseWhatV2Lacks(proof, settings);
  return {
    authUrl,
    proof,
    scope,
    scopeFrom,
    region,
    from: fromWords(of, place),
    computeService: settings.get('compute_service_name')?.text,
    caFile: settings.get('cacert')?.text,
    notices: noticesOn(settings, cloud),
  };
}

const trimmed = (text: string | undefined): string | undefined => text?.trim() || undefined;

const isRackspaceType = (settings: LoginSettings): boolean =>
  settings.get('auth_type')?.text.startsWith('rackspace_') === true;

function rackspaceProof(variables: Variables): FoundProof | undefined {
  const setting = (name: string): LoginSetting | undefined => {
    const text = trimmed(variables[name]);
    return text === undefined ? undefined : { text, name, source: 'environment' };
  };
  const username = setting('RAX_USERNAME');
  const key = setting('RAX_API_KEY');
  const password = setting('RAX_PASSWORD');
  const has = key ?? password;
  if (username === undefined && has === undefined) return undefined;
  if (username === undefined) throw incomplete(has?.name, 'RAX_USERNAME');
  const domain = { name: 'Default' };
  if (key !== undefined) {
    const proof = { kind: 'api-key', username: username.text, domain, apiKey: new Secret(key.text) } as const;
    return { proof, of: [username, key] };
  }
  if (password === undefined) throw incomplete('RAX_USERNAME', 'RAX_API_KEY');
  const user = { name: username.text, domain };
  const secret = new Secret(variables.RAX_PASSWORD ?? '');
  return { proof: { kind: 'password', user, password: secret }, of: [username, password] };
}

function incomplete(has: string | undefined, lacks: string): RcWaitError {
  return new RcWaitError('CONFIGURATION', `cannot log in: ${has} is set, and ${lacks} is not`, {
    hint: 'the API key is in the control panel, under "My Profile & Settings"',
  });
}

/** Beside RAX_* only the account of OS_* counts; its domains, version and certificates belong to another cloud. */
function rackspaceSettings(variables: Variables, settings: LoginSettings): LoginSettings {
  const account = trimmed(variables.RAX_TENANT_ID);
  const kept: readonly SettingName[] = ['project_id', 'project_name'];
  const own = [...settings].filter(([name]) => kept.includes(name));
  const named: readonly [SettingName, LoginSetting][] =
    account === undefined
      ? []
      : [['project_id', { text: account, name: 'RAX_TENANT_ID', source: 'environment' }]];
  return new Map([...own, ...named]);
}

function scopeIn(settings: LoginSettings): { readonly scope: Scope; readonly scopeFrom: string | undefined } {
  const id = settings.get('project_id');
  if (id !== undefined) return { scope: { kind: 'project', id: id.text }, scopeFrom: id.name };
  const name = settings.get('project_name');
  if (name !== undefined) {
    const domain = projectDomainIn(settings);
    return { scope: { kind: 'project', name: name.text, domain }, scopeFrom: name.name };
  }
  const domainId = settings.get('domain_id');
  const domain = domainId ?? settings.get('domain_name');
  if (domain === undefined) return { scope: undefined, scopeFrom: undefined };
  const scope = { kind: 'domain', domain: domainId ? { id: domain.text } : { name: domain.text } } as const;
  return { scope, scopeFrom: domain.name };
}

/** A plug-in for one version (`v3password`) also names the version. */
function versionIn(settings: LoginSettings): string | undefined {
  const [, version] = /^v([23])/.exec(settings.get('auth_type')?.text ?? '') ?? [];
  return version ?? settings.get('identity_api_version')?.text.replace(/^v/, '');
}

function fromWords(of: readonly LoginSetting[], { cloud }: ProofPlace): string {
  const names = of.filter(({ source }) => source === 'environment').map(({ name }) => name);
  if (cloud === undefined || !of.some(({ source }) => source === 'cloud')) return names.join(' and ');
  return [cloud.path, ...names].join(' and ');
}
