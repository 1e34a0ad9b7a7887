import { RcWaitError } from '../base/error.ts';
import type { Variables } from './credentials.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A cloud of clouds.yaml as variables ("Configuring OpenStack SDK Applications",
 * OpenStack: its keys are those of OS_*, in lower case). `profile: rackspace`
 * and `auth_type: rackspace_apikey` are understood as rackspaceauth writes them.
 * @param documents what clouds.yaml and then secure.yaml hold: the second one's values win
 * @param name undefined: the only one there is
 * @param authUrl of the command line, which is stronger than the file's
 * @throws RcWaitError CONFIGURATION when there is no such cloud, or when only its vendor's profile knows where to log in
 */
export function cloudVariables(
  documents: readonly unknown[],
  name: string | undefined,
  where: string,
  authUrl?: string,
): Variables | undefined {
  const clouds = documents.map((document) => fieldsOf(fieldsOf(document)?.clouds) ?? {});
  const names = Object.keys(clouds[0] ?? {});
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined) return undefined;
  if (!names.includes(chosen)) {
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot use the cloud ${JSON.stringify(chosen)}: ${where} has none of that name`,
      {
        hint: names.length === 0 ? 'it has no clouds at all' : `it has ${names.join(', ')}`,
      },
    );
  }
  const own = clouds.map((one) => fieldsOf(one[chosen]) ?? {});
  const cloud: Fields = Object.assign({}, ...own);
  const variables = variablesOf(cloud, Object.assign({}, ...own.map((one) => fieldsOf(one.auth) ?? {})));
  // `cloud` is the old name of `profile`.
  const profile = cloud.profile ?? cloud.cloud;
  const isNamed = [authUrl, variables.OS_AUTH_URL].some((url) => url !== undefined && url.trim() !== '');
  if (!isNamed && isForeign(profile)) throw noAuthUrl(chosen, profile);
  return variables;
}

/** Whether a profile is another vendor's: without a URL of its own, its password would be sent to Rackspace. */
function isForeign(profile: unknown): boolean {
  return profile !== undefined && profile !== null && !/^rackspace/i.test(String(profile));
}

function noAuthUrl(cloud: string, profile: unknown): RcWaitError {
  // A profile that is written out in full may hold a password.
  const shown = typeof profile === 'string' ? ` ${JSON.stringify(profile)}` : '';
  return new RcWaitError(
    'CONFIGURATION',
    `cannot use the cloud ${JSON.stringify(cloud)}: it has no auth_url, and its profile${shown} is not known here`,
    { hint: 'write auth_url below its auth, or give it with --auth-url' },
  );
}

function variablesOf(cloud: Fields, auth: Fields): Variables {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  const of = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => text(auth[key]) ?? text(cloud[key])).find((value) => value !== undefined);
  const [firstRegion] = Array.isArray(cloud.regions) ? cloud.regions : [];
  return {
    OS_AUTH_URL: of('auth_url'),
    OS_USERNAME: of('username'),
    OS_PASSWORD: of('password'),
    OS_API_KEY: of('api_key'),
    OS_TOKEN: of('token'),
    OS_TENANT_ID: of('tenant_id', 'project_id'),
    OS_TENANT_NAME: of('tenant_name', 'project_name'),
    OS_USER_DOMAIN_NAME: of('user_domain_name', 'domain_name'),
    OS_PROJECT_DOMAIN_NAME: of('project_domain_name', 'domain_name'),
    OS_DEFAULT_DOMAIN: of('default_domain'),
    OS_IDENTITY_API_VERSION: of('identity_api_version'),
    OS_REGION_NAME: of('region_name') ?? text(firstRegion) ?? text(fieldsOf(firstRegion)?.name),
  };
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
