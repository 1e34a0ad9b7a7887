import { RcWaitError } from '../../base/error.ts';
import { authUrlOf } from './auth-url.ts';
import type { Cloud } from './clouds.ts';
import type { Proof, ProofPlace } from './proof.ts';
import type { LoginSettings, SettingName } from './settings.ts';

/**
 * Refuses settings that v2.0 would ignore: without its domain, another user of the same name would be logged in.
 * @throws RcWaitError CONFIGURATION
 */
export function refuseWhatV2Lacks({ kind }: Proof, settings: LoginSettings): void {
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
    'default_domain_id',
    'default_domain_name',
  ];
  // v2.0 knows only the default domain, whose id is `default` and whose name is `Default`.
  const isDefault = (text: string | undefined): boolean => /^default$/i.test(text ?? 'default');
  const foreign = domains.map((name) => settings.get(name)).find((one) => !isDefault(one?.text));
  if (foreign === undefined) return;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot log in by v2.0 of the identity API: it knows no domains, and ${foreign.name} names one`,
    { hint: 'name the URL of v3' },
  );
}

/**
 * Refuses settings that rc-wait does not support and that would change whose token it gets.
 * @throws RcWaitError CONFIGURATION
 */
export function refuseUnknown(settings: LoginSettings, names: readonly SettingName[]): void {
  const unknown = names.map((name) => settings.get(name)).find((one) => one !== undefined);
  if (unknown === undefined) return;
  throw new RcWaitError('CONFIGURATION', `cannot log in: ${unknown.name} is set, which is not known here`, {
    hint: 'name a project instead',
  });
}

/**
 * Refuses a cloud and a variable that name two identity APIs: nobody can tell which one the password belongs to.
 * @param isRackspace the cloud's profile or its login method names Rackspace's API
 * @throws RcWaitError CONFIGURATION
 */
export function refuseTwoUrls(cloud: Cloud, environment: LoginSettings, isRackspace: boolean): void {
  const other = environment.get('auth_url');
  const own = cloud.settings.get('auth_url')?.text;
  if (other === undefined || (own === undefined && !isRackspace)) return;
  const urlOf = (text: string): string => authUrlOf(text, { version: undefined, regions: [] }).url;
  const owns = own === undefined ? ['us', 'uk'] : [own];
  if (owns.some((one) => urlOf(one) === urlOf(other.text))) return;
  const names = own === undefined ? 'its profile' : 'its auth_url';
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot use the cloud ${JSON.stringify(cloud.name)} of ${cloud.path}: OS_AUTH_URL and ${names} name different identity APIs`,
    { hint: 'unset OS_AUTH_URL, or say with --auth-url which one is meant' },
  );
}

/**
 * The URL of a cloud with its region in place of `{region_name}` (openstacksdk's loader.py fills in settings).
 * @throws RcWaitError CONFIGURATION when the URL has another placeholder
 */
export function filledIn(
  url: string | undefined,
  region: string | undefined,
  { name, path }: Cloud,
): string | undefined {
  const filled = region === undefined ? url : url?.replaceAll('{region_name}', region);
  const [left] = /\{[^{}]{0,40}\}/.exec(filled ?? '') ?? [];
  if (left === undefined) return filled;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot use auth_url of the cloud ${JSON.stringify(name)} in ${path}: nothing is known to put for ${left}`,
  );
}

/** The error for a cloud without credentials. */
export function credentialsMissing({ name, path }: Cloud): RcWaitError {
  return new RcWaitError(
    'CONFIGURATION',
    `cannot log in: the cloud ${JSON.stringify(name)} of ${path} has no credentials`,
    {
      hint: 'a user with a password, an API key, a token or an application credential is expected below its auth',
    },
  );
}

/** The error for credentials without an identity API: a secret belongs to one API and is sent to no other. */
export function noAuthUrl({ cloud }: ProofPlace): RcWaitError {
  if (cloud === undefined)
    return new RcWaitError(
      'CONFIGURATION',
      'cannot log in: OS_AUTH_URL is not set, and OS_* credentials are for no identity API but the one that it names',
      {
        hint: 'set OS_AUTH_URL; for Rackspace give --auth-url us or uk, or set RAX_USERNAME and RAX_API_KEY',
      },
    );
  const { name, path, profile } = cloud;
  // A profile that is written out in full may contain a password.
  const shown = profile?.name === undefined ? '' : ` ${JSON.stringify(profile.name)}`;
  const known = profile === undefined ? '' : `, and its profile${shown} is not known here`;
  return new RcWaitError(
    'CONFIGURATION',
    `cannot log in: the cloud ${JSON.stringify(name)} has no auth_url${known}`,
    { hint: `write auth_url (or profile: rackspace) into ${path}, or give it with --auth-url` },
  );
}

/** Warnings about settings that rc-wait does not follow, in plain words. */
export function noticesOn(settings: LoginSettings, cloud: Cloud | undefined): readonly string[] {
  const isOff = (name: SettingName, word: RegExp): boolean => word.test(settings.get(name)?.text ?? '');
  const unchecked = [
    isOff('insecure', /^(?:true|yes|on|1)$/i) ? settings.get('insecure') : undefined,
    isOff('verify', /^(?:false|no|off|0)$/i) ? settings.get('verify') : undefined,
  ].find((one) => one !== undefined);
  const cert = settings.get('cert');
  const profile = cloud?.profile?.name;
  return [
    ...(unchecked === undefined
      ? []
      : [`${unchecked.name} is not obeyed: certificates are always checked; name your CA with --ca-file`]),
    ...(cert === undefined ? [] : [`${cert.name} is not used: rc-wait shows no certificate of its own`]),
    ...(profile === undefined || profile.toLowerCase() === 'rackspace'
      ? []
      : [`the profile ${JSON.stringify(profile)} is not known here: nothing that it says is used`]),
  ];
}
