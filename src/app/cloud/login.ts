import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import type { Http } from '../../http/client.ts';
import {
  type Credentials,
  credentialsIn,
  credentialsOfCloud,
  type Overrides,
} from '../../openstack/login/credentials.ts';
import { createLogin, type Login } from '../../openstack/login/login.ts';
import { regionIn } from '../../openstack/login/settings.ts';
import { fileCache } from '../../openstack/login/token-cache.ts';
import type { Io } from '../io.ts';
import { readText } from '../named-file.ts';
import type { LoginOptions } from '../options.ts';
import { cloudsPlaces, readCloudFiles, readVendors } from './files.ts';

/** What the flags, the environment and clouds.yaml say about a login. */
export type NamedCredentials =
  | Credentials
  /** no credentials; `why` is set if there are some that cannot be used */
  | { readonly kind: 'none'; readonly why: RcWaitError | undefined };

/**
 * The credentials that the flags, the environment or clouds.yaml name. Invalid ones are an error, and do not
 * count as absent.
 * @throws RcWaitError CONFIGURATION
 */
export async function credentialsOf(
  args: LoginOptions,
  env: NodeJS.ProcessEnv,
  regions: readonly string[],
): Promise<NamedCredentials> {
  const overrides: Overrides = { authUrl: args['auth-url'], regions };
  const name = args['os-cloud']?.trim() || env.OS_CLOUD?.trim() || undefined;
  const ofEnvironment = name === undefined ? credentialsIn(env, overrides) : undefined;
  if (ofEnvironment !== undefined) return ofEnvironment;
  const files = await readCloudFiles(env);
  if (files.length > 0) {
    // Loads the YAML parser.
    const { findCloud, refuseTwoLogins } = await import('../../openstack/login/clouds.ts');
    const named = regions.length > 0 ? regions : [regionIn(env)];
    const alone = findCloud(files, name, named[0]);
    const hasProfile = alone.kind === 'cloud' && alone.cloud.profile?.name !== undefined;
    const vendors = hasProfile ? await readVendors(env) : undefined;
    const [found = alone, ...others] = named.map((region) => findCloud(files, name, region, vendors));
    for (const other of others) refuseTwoLogins(found, other);
    if (found.kind === 'cloud') return credentialsOfCloud(found.cloud, env, overrides);
    if (found.kind === 'several') return { kind: 'none', why: severalClouds(found.path, found.names) };
  } else if (name !== undefined) {
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot use the cloud ${JSON.stringify(name)}: there is no clouds.yaml`,
      { hint: `looked for ${cloudsPlaces(env).join(', ')}` },
    );
  }
  if (env.OS_AUTH_URL?.trim())
    throw new RcWaitError(
      'CONFIGURATION',
      'cannot log in: OS_AUTH_URL is set, and there are no credentials for it',
      {
        hint: ways(env),
      },
    );
  return { kind: 'none', why: undefined };
}

function severalClouds(path: string, names: readonly string[]): RcWaitError {
  return new RcWaitError('CONFIGURATION', `cannot log in: ${path} has several clouds, and none is named`, {
    hint: `name one with --os-cloud or OS_CLOUD; it has ${names.join(', ')}`,
  });
}

/** The certificates to trust: from --ca-file, else from the file that the credentials name. */
export function caFor(
  caFile: string | undefined,
  { caFile: own }: Pick<Credentials, 'caFile'>,
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (caFile !== undefined) return readText(caFile, '--ca-file');
  if (own === undefined) return undefined;
  const home = env.HOME?.trim();
  return readText(home && own.startsWith('~/') ? join(home, own.slice(2)) : own, 'OS_CACERT or cacert');
}

/** Opens a login with these credentials. It calls `onRequest` for each request that it makes. */
export function openLogin(
  credentials: Credentials,
  http: Http,
  args: LoginOptions,
  { onNotice, onRequest }: { readonly onNotice: (notice: string) => void; readonly onRequest?: () => void },
): Login {
  const path = args['token-cache'];
  const cache = path === undefined ? undefined : fileCache(path, credentials, onNotice);
  return createLogin({ credentials, http, clock: systemClock, cache, ...(onRequest ? { onRequest } : {}) });
}

/** The error for missing credentials, with every way to name some. */
export function noCredentials(io: Pick<Io, 'env'>): RcWaitError {
  return new RcWaitError('CONFIGURATION', 'cannot log in: there are no credentials', { hint: ways(io.env) });
}

const ways = (env: NodeJS.ProcessEnv): string =>
  `set RAX_USERNAME and RAX_API_KEY, or OS_TOKEN and OS_TENANT_ID, or OS_USERNAME and OS_PASSWORD (these with OS_AUTH_URL), or name a cloud of ${cloudsPlaces(env).join(', ')} with --os-cloud`;
