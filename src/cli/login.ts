import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Options } from 'yargs';
import { systemClock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { readRegularText } from '../base/files.ts';
import type { Credentials, Overrides } from '../openstack/credentials.ts';
import type { Http } from '../openstack/http.ts';
import type { Login } from '../openstack/login.ts';
import type { Args, Io } from './command.ts';
import { largestNamedBytes } from './read.ts';

/** How to log in. There is no flag for a key or a token: every user of a machine can read its command lines. */
export const loginFlags = {
  'auth-url': {
    string: true,
    requiresArg: true,
    describe:
      'The identity API: us, uk, or a URL (default: OS_AUTH_URL; us; uk where the only region is LON)',
  },
  'os-cloud': {
    string: true,
    requiresArg: true,
    describe: 'A cloud of clouds.yaml (default: OS_CLOUD, else the credentials of the environment)',
  },
  'token-cache': {
    string: true,
    requiresArg: true,
    describe: 'Keep the token in this file, with mode 0600, for the next run (default: nowhere)',
  },
} as const satisfies Record<string, Options>;

type LoginArgs = Args<typeof loginFlags>;

/**
 * The credentials that the flags, the environment or clouds.yaml name;
 * undefined when there are none.
 * @throws RcWaitError CONFIGURATION
 */
export async function credentialsOf(
  args: LoginArgs,
  env: NodeJS.ProcessEnv,
  regions: readonly string[],
): Promise<Credentials | undefined> {
  const { credentialsIn } = await import('../openstack/credentials.ts');
  const overrides: Overrides = { authUrl: args['auth-url'], regions };
  const name = args['os-cloud'] ?? (env.OS_CLOUD?.trim() || undefined);
  const ofEnvironment = name === undefined ? credentialsIn(env, overrides) : undefined;
  if (ofEnvironment !== undefined) return ofEnvironment;
  const path = cloudsFiles(env).find(existsSync);
  if (path === undefined) {
    if (name === undefined) return undefined;
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot use the cloud ${JSON.stringify(name)}: there is no clouds.yaml`,
      {
        hint: `looked for ${cloudsFiles(env).join(', ')}`,
      },
    );
  }
  const { cloudVariables } = await import('../openstack/clouds.ts');
  const secure = join(dirname(path), 'secure.yaml');
  const documents = [path, ...(existsSync(secure) ? [secure] : [])].map(readYaml);
  const variables = cloudVariables(await Promise.all(documents), name, path, args['auth-url']);
  const found = variables && credentialsIn(variables, overrides);
  return found && { ...found, from: `${path}` };
}

/** "Configuring OpenStack SDK Applications", OpenStack: the first file found wins. */
function cloudsFiles(env: NodeJS.ProcessEnv): readonly string[] {
  const named = env.OS_CLIENT_CONFIG_FILE?.trim();
  const home = env.HOME?.trim();
  const config = env.XDG_CONFIG_HOME?.trim() || (home && join(home, '.config'));
  const own = config ? [join(config, 'openstack/clouds.yaml')] : [];
  const usual = ['clouds.yaml', ...own, '/etc/openstack/clouds.yaml'];
  return named ? [named, ...usual] : usual;
}

async function readYaml(path: string): Promise<unknown> {
  const { parse } = await import('yaml');
  let text: string;
  try {
    text = readRegularText(path, largestNamedBytes);
  } catch (cause) {
    throw new RcWaitError('CONFIGURATION', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
  try {
    return parse(text);
  } catch {
    // Not the parser's own message: it quotes the line, and the line may be the one with the key.
    throw new RcWaitError('CONFIGURATION', `cannot use ${path}: it is not YAML`);
  }
}

/** A login with these credentials. `onRequest` is told of each request that it makes. */
export async function openLogin(
  credentials: Credentials,
  http: Http,
  args: LoginArgs,
  { onNotice, onRequest }: { readonly onNotice: (notice: string) => void; readonly onRequest?: () => void },
): Promise<Login> {
  const { createLogin } = await import('../openstack/login.ts');
  const path = args['token-cache'];
  const { fileCache } =
    path === undefined ? { fileCache: undefined } : await import('../openstack/token-cache.ts');
  const cache = path === undefined ? undefined : fileCache?.(path, credentials, onNotice);
  return createLogin({ credentials, http, clock: systemClock, cache, ...(onRequest ? { onRequest } : {}) });
}

/** @throws RcWaitError CONFIGURATION, with all the ways to log in */
export function noCredentials(io: Pick<Io, 'env'>): RcWaitError {
  return new RcWaitError('CONFIGURATION', 'cannot log in: there are no credentials', {
    hint: `set RAX_USERNAME and RAX_API_KEY, or OS_TOKEN and OS_TENANT_ID, or OS_USERNAME and OS_PASSWORD, or name a cloud of ${cloudsFiles(io.env).join(', ')} with --os-cloud`,
  });
}
