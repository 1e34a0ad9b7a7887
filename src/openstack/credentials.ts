import { RcWaitError } from '../base/error.ts';
import { type AuthUrl, authUrlOf } from './auth-url.ts';
import type { Cloud } from './clouds.ts';
import { type Domain, type FoundProof, type Place, type Proof, projectDomainIn, proofIn } from './proof.ts';
import { Secret } from './secret.ts';
import { regionIn, type Setting, type SettingName, type Settings, settingsIn } from './settings.ts';

/** What the token is to be good for; undefined: whatever the identity API thinks of first. */
export type Scope =
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'project'; readonly name: string; readonly domain: Domain }
  | { readonly kind: 'domain'; readonly domain: Domain }
  | undefined;

/** All that a login needs. */
export interface Credentials {
  readonly authUrl: AuthUrl;
  readonly proof: Proof;
  /** Rackspace's identity knows the account by itself, except for a bare token */
  readonly scope: Scope;
  /** the region that was named beside them, as it was written */
  readonly region: string | undefined;
  /** where they are from, in a person's words */
  readonly from: string;
  /** how the project is called where it is named, such as `OS_PROJECT_ID` */
  readonly scopeFrom: string | undefined;
  /** the name of the compute service in the catalog, where it is named beside them */
  readonly computeService: string | undefined;
  /** the file with the certificates to trust, as it was written */
  readonly caFile: string | undefined;
  /** what was asked for and is not done, in a person's words */
  readonly notices: readonly string[];
}

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the command line adds. */
export interface Overrides {
  /** `us`, `uk` or a URL */
  readonly authUrl: string | undefined;
  /** upper case; empty: none was named */
  readonly regions: readonly string[];
}

/**
 * The credentials that variables hold, in this order: `RAX_USERNAME` with `RAX_API_KEY`; an application
 * credential; a token in `OS_TOKEN` (or `OS_AUTH_TOKEN`); a user with `OS_PASSWORD` (or `OS_API_KEY`). An
 * empty variable is none. undefined when there is nothing of the kind.
 * @throws RcWaitError CONFIGURATION when they are half there, of an unknown kind, or go nowhere
 */
export function credentialsIn(variables: Variables, overrides: Overrides): Credentials | undefined {
  const rackspace = rackspaceProof(variables);
  const settings = settingsIn(variables);
  const place: Place = { settings, cloud: undefined };
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
 * The credentials of a cloud. OS_* variables beside it are stronger than what it says, as with openstackclient;
 * but where both name an identity API and they differ, nobody can tell to which one the password belongs.
 * @throws RcWaitError CONFIGURATION when it has none, they are half there, of an unknown kind, or go nowhere
 */
export function credentialsOfCloud(cloud: Cloud, variables: Variables, overrides: Overrides): Credentials {
  const environment = settingsIn(variables);
  const settings: Settings = new Map([...cloud.settings, ...environment]);
  const place: Place = { settings, cloud };
  const isRackspace = isRackspaceType(settings) || cloud.profile?.name?.toLowerCase() === 'rackspace';
  if (overrides.authUrl === undefined) refuseTwoUrls(cloud, environment);
  const found = proofIn(place, false);
  if (found === undefined) throw noneIn(cloud);
  const auth = { url: settings.get('auth_url')?.text, isRackspace };
  return assembled(found, settings, { place, auth, variables, overrides });
}

interface Context {
  readonly place: Place;
  readonly auth: { readonly url: string | undefined; readonly isRackspace: boolean };
  readonly variables: Variables;
  readonly overrides: Overrides;
}

function assembled({ proof, of }: FoundProof, settings: Settings, context: Context): Credentials {
  const { place, auth, variables, overrides } = context;
  const { cloud } = place;
  refuseUnknown(settings, ['trust_id', 'system_scope']);
  const region = regionIn(variables) ?? cloud?.settings.get('region_name')?.text;
  const written = overrides.authUrl ?? auth.url;
  if (trimmed(written) === undefined && !auth.isRackspace) throw goesNowhere(place);
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
    notices: noticesOn(settings),
  };
}

const trimmed = (text: string | undefined): string | undefined => text?.trim() || undefined;

const isRackspaceType = (settings: Settings): boolean =>
  settings.get('auth_type')?.text.startsWith('rackspace_') === true;

function rackspaceProof(variables: Variables): FoundProof | undefined {
  const setting = (name: string): Setting | undefined => {
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

/** Beside RAX_* the account counts; the domains, the version and the certificates of OS_* are another cloud's. */
function rackspaceSettings(variables: Variables, settings: Settings): Settings {
  const account = trimmed(variables.RAX_TENANT_ID);
  const kept: readonly SettingName[] = ['project_id', 'project_name'];
  const own = [...settings].filter(([name]) => kept.includes(name));
  const named: readonly [SettingName, Setting][] =
    account === undefined
      ? []
      : [['project_id', { text: account, name: 'RAX_TENANT_ID', source: 'environment' }]];
  return new Map([...own, ...named]);
}

function scopeIn(settings: Settings): { readonly scope: Scope; readonly scopeFrom: string | undefined } {
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

/** A plug-in for one version says it, too. */
function versionIn(settings: Settings): string | undefined {
  const [, version] = /^v([23])/.exec(settings.get('auth_type')?.text ?? '') ?? [];
  return version ?? settings.get('identity_api_version')?.text.replace(/^v/, '');
}

/** Without its domain, another user of the same name would be logged in. */
function refuseWhatV2Lacks({ kind }: Proof, settings: Settings): void {
  if (kind === 'application-credential')
    throw new RcWaitError(
      'CONFIGURATION',
      'cannot log in by v2.0 of the identity API: it knows no application credentials',
      { hint: 'name the URL of v3' },
    );
  const domains: readonly SettingName[] = [
    'user_domain_id',
    'user_domain_name',
    'project_domain_id',
    'project_domain_name',
    'domain_id',
    'domain_name',
  ];
  // v2.0 is about the default domain alone, whose id is `default` and whose name is `Default`.
  const isDefault = (text: string | undefined): boolean => /^default$/i.test(text ?? 'default');
  const foreign = domains.map((name) => settings.get(name)).find((one) => !isDefault(one?.text));
  if (foreign === undefined) return;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot log in by v2.0 of the identity API: it knows no domains, and ${foreign.name} names one`,
    { hint: 'name the URL of v3' },
  );
}

/** What would change whose token it is, and is not understood. */
function refuseUnknown(settings: Settings, names: readonly SettingName[]): void {
  const unknown = names.map((name) => settings.get(name)).find((one) => one !== undefined);
  if (unknown === undefined) return;
  throw new RcWaitError('CONFIGURATION', `cannot log in: ${unknown.name} is set, which is not known here`, {
    hint: 'name a project instead',
  });
}

function refuseTwoUrls(cloud: Cloud, environment: Settings): void {
  const own = cloud.settings.get('auth_url');
  const other = environment.get('auth_url');
  if (own === undefined || other === undefined) return;
  const urlOf = ({ text }: Setting): string => authUrlOf(text, { version: '3', regions: [] }).url;
  if (urlOf(own) === urlOf(other)) return;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot use the cloud ${JSON.stringify(cloud.name)} of ${cloud.path}: OS_AUTH_URL is another identity API than its auth_url`,
    { hint: 'unset OS_AUTH_URL, or say with --auth-url which one is meant' },
  );
}

function noneIn({ name, path }: Cloud): RcWaitError {
  return new RcWaitError(
    'CONFIGURATION',
    `cannot log in: the cloud ${JSON.stringify(name)} of ${path} has no credentials`,
    {
      hint: 'a user with a password, an API key, a token or an application credential is expected below its auth',
    },
  );
}

/** A secret is for one identity API, and is sent to no other. */
function goesNowhere({ cloud }: Place): RcWaitError {
  if (cloud === undefined)
    return new RcWaitError(
      'CONFIGURATION',
      'cannot log in: OS_AUTH_URL is not set, and OS_* credentials are for no identity API but the one that it names',
      {
        hint: 'set OS_AUTH_URL; for Rackspace give --auth-url us or uk, or set RAX_USERNAME and RAX_API_KEY',
      },
    );
  const { name, path, profile } = cloud;
  // A profile that is written out in full may hold a password.
  const shown = profile?.name === undefined ? '' : ` ${JSON.stringify(profile.name)}`;
  const known = profile === undefined ? '' : `, and its profile${shown} is not known here`;
  return new RcWaitError(
    'CONFIGURATION',
    `cannot log in: the cloud ${JSON.stringify(name)} has no auth_url${known}`,
    { hint: `write auth_url (or profile: rackspace) into ${path}, or give it with --auth-url` },
  );
}

function fromWords(of: readonly Setting[], { cloud }: Place): string {
  const names = of.filter(({ source }) => source === 'environment').map(({ name }) => name);
  if (cloud === undefined || !of.some(({ source }) => source === 'cloud')) return names.join(' and ');
  return [cloud.path, ...names].join(' and ');
}

function noticesOn(settings: Settings): readonly string[] {
  const isOff = (name: SettingName, word: RegExp): boolean => word.test(settings.get(name)?.text ?? '');
  const found = [
    isOff('insecure', /^(?:true|yes|on|1)$/i) ? settings.get('insecure') : undefined,
    isOff('verify', /^(?:false|no|off|0)$/i) ? settings.get('verify') : undefined,
  ].find((one) => one !== undefined);
  if (found === undefined) return [];
  return [`${found.name} is not obeyed: certificates are always checked; name your CA with --ca-file`];
}
