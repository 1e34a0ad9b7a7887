import { RcWaitError } from '../../base/error.ts';
import { entryOf } from '../../base/text.ts';
import type { Cloud } from './clouds.ts';
import { Secret } from './secret.ts';
import { type LoginSetting, type LoginSettings, type SettingName, variableOfSetting } from './settings.ts';

/** A domain of the identity API v3. Names are unique as well, but a name may look like another domain's id. */
export type Domain = { readonly id: string } | { readonly name: string };

/** A user. A name needs its domain, because each domain may have a user of that name. */
type User = { readonly id: string } | { readonly name: string; readonly domain: Domain };

/** What the user logs in with. */
export type Proof =
  | { readonly kind: 'api-key'; readonly username: string; readonly domain: Domain; readonly apiKey: Secret }
  | { readonly kind: 'password'; readonly user: User; readonly password: Secret }
  | { readonly kind: 'token'; readonly token: Secret }
  | {
      readonly kind: 'application-credential';
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: User };
      readonly secret: Secret;
    };

/** Settings, and where they come from, for messages. */
export interface ProofPlace {
  readonly settings: LoginSettings;
  /** undefined: from the environment */
  readonly cloud: Cloud | undefined;
}

/** A proof, and the settings it is made of. */
export interface FoundProof {
  readonly proof: Proof;
  readonly of: readonly LoginSetting[];
}

type Kind = Proof['kind'];

/** The names of keystoneauth's plug-ins ("Authentication Plugins", keystoneauth) and of rackspaceauth's. */
const kindByType: Readonly<Record<string, Kind>> = {
  password: 'password',
  v2password: 'password',
  v3password: 'password',
  token: 'token',
  v2token: 'token',
  v3token: 'token',
  v3applicationcredential: 'application-credential',
  rackspace_apikey: 'api-key',
  rackspace_password: 'password',
  rackspace_token: 'token',
};

/**
 * The proof in the settings; undefined when they hold none.
 * @param isOldPlugin the password is an API key, as in the old nova client's plug-in for Rackspace
 * @throws RcWaitError CONFIGURATION when it is incomplete or of an unknown kind
 */
export function proofIn(place: ProofPlace, isOldPlugin: boolean): FoundProof | undefined {
  const { settings, cloud } = place;
  const type = settings.get('auth_type');
  const named = type === undefined ? undefined : entryOf(kindByType, type.text);
  if (type !== undefined && named === undefined) throw unknownType(place, type);
  // Prefer the cloud's own settings: a token left over in the environment is not the cloud's.
  const own = new Map([...settings].filter(([, { source }]) => source === 'cloud'));
  const kind = named ?? (cloud === undefined ? undefined : kindOf(own)) ?? kindOf(settings);
  switch (kind) {
    case undefined:
      return undefined;
    case 'application-credential':
      return applicationCredential(place);
    case 'token': {
      const token = needed(place, 'token', type);
      return { proof: { kind, token: new Secret(token.text) }, of: [token] };
    }
    case 'api-key':
      return apiKey(place, 'api_key', type);
    case 'password':
      if (isOldPlugin) return apiKey(place, 'password', type);
      // OS_API_KEY is the password's former name.
      return settings.has('api_key') && !settings.has('password')
        ? apiKey(place, 'api_key', type)
        : password(place, type);
  }
}

function kindOf(settings: LoginSettings): Kind | undefined {
  const has = (...names: readonly SettingName[]): boolean => names.some((name) => settings.has(name));
  if (has('application_credential_id', 'application_credential_name', 'application_credential_secret'))
    return 'application-credential';
  if (has('token')) return 'token';
  if (has('api_key')) return 'api-key';
  return has('username', 'user_id', 'password') ? 'password' : undefined;
}

function applicationCredential(place: ProofPlace): FoundProof {
  const { settings } = place;
  const id = settings.get('application_credential_id');
  const named = id ?? settings.get('application_credential_name');
  const secret = needed(place, 'application_credential_secret', named);
  const credential = named ?? needed(place, 'application_credential_id', secret);
  const isId = credential === id;
  const user = isId ? undefined : userIn(place, credential);
  return {
    proof: {
      kind: 'application-credential',
      credential: user === undefined ? { id: credential.text } : { name: credential.text, user: user.user },
      secret: new Secret(secret.text),
    },
    of: [credential, secret],
  };
}

function apiKey(place: ProofPlace, name: 'api_key' | 'password', type: LoginSetting | undefined): FoundProof {
  const { settings } = place;
  const username = needed(place, 'username', settings.get(name) ?? type);
  const key = needed(place, name, username);
  const domain = userDomainIn(settings);
  return {
    proof: { kind: 'api-key', username: username.text, domain, apiKey: new Secret(key.text) },
    of: [username, key],
  };
}

function password(place: ProofPlace, type: LoginSetting | undefined): FoundProof {
  const { settings } = place;
  const { user, of } = userIn(place, settings.get('password') ?? type);
  const secret = needed(place, 'password', of);
  return { proof: { kind: 'password', user, password: new Secret(secret.text) }, of: [of, secret] };
}

/** An id overrides a name, as in keystoneauth. */
function userIn(
  place: ProofPlace,
  has: LoginSetting | undefined,
): { readonly user: User; readonly of: LoginSetting } {
  const id = place.settings.get('user_id');
  if (id !== undefined) return { user: { id: id.text }, of: id };
  const name = needed(place, 'username', has);
  return { user: { name: name.text, domain: userDomainIn(place.settings) }, of: name };
}

/** The domain in which user names are looked up. */
function userDomainIn(settings: LoginSettings): Domain {
  return domainOf(settings, ['user_domain_id', 'user_domain_name', ...commonDomain(settings)]);
}

/** The domain in which project names are looked up. */
export function projectDomainIn(settings: LoginSettings): Domain {
  return domainOf(settings, ['project_domain_id', 'project_domain_name', ...commonDomain(settings)]);
}

/** `domain_id` stands for the user's and the project's domain; without a project it is the scope itself. */
function commonDomain(settings: LoginSettings): readonly SettingName[] {
  const isProject = settings.has('project_id') || settings.has('project_name');
  return isProject ? ['domain_id', 'domain_name'] : [];
}

function domainOf(settings: LoginSettings, names: readonly SettingName[]): Domain {
  const all: readonly SettingName[] = [...names, 'default_domain_id', 'default_domain_name'];
  const name = all.find((one) => settings.has(one));
  const text = name === undefined ? undefined : settings.get(name)?.text;
  if (name === undefined || text === undefined) return { name: 'Default' };
  return name.endsWith('_id') ? { id: text } : { name: text };
}

function needed(place: ProofPlace, name: SettingName, has: LoginSetting | undefined): LoginSetting {
  const found = place.settings.get(name);
  if (found !== undefined) return found;
  throw incomplete(place, name, has);
}

function incomplete({ cloud }: ProofPlace, lacks: SettingName, has: LoginSetting | undefined): RcWaitError {
  const variable = variableOfSetting(lacks);
  if (cloud === undefined)
    return new RcWaitError('CONFIGURATION', `cannot log in: ${has?.name} is set, and ${variable} is not`);
  const { name, path } = cloud;
  const having = has?.source === 'cloud' ? `it has ${has.name}, and no ${lacks}` : `it has no ${lacks}`;
  return new RcWaitError(
    'CONFIGURATION',
    `cannot log in to the cloud ${JSON.stringify(name)} of ${path}: ${having}`,
    { hint: `write ${lacks} below its auth, or set ${variable}` },
  );
}

function unknownType({ cloud }: ProofPlace, type: LoginSetting): RcWaitError {
  const where = cloud === undefined ? '' : ` to the cloud ${JSON.stringify(cloud.name)} of ${cloud.path}`;
  const its = type.source === 'cloud' ? `its ${type.name}` : type.name;
  return new RcWaitError(
    'CONFIGURATION',
    `cannot log in${where}: ${its} is ${type.text}, which is not known here`,
    { hint: `known are ${Object.keys(kindByType).join(', ')}` },
  );
}
