import type { Options } from 'yargs';
import { textFlag } from './flags.ts';

/** How to log in. There is no flag for a key or a token: every user of a machine can read its command lines. */
export const loginFlags = {
  'auth-url': textFlag(
    'The identity API: us, uk, or a URL (default: OS_AUTH_URL or auth_url; of RAX_* us, and uk where the only region is LON)',
  ),
  'os-cloud': textFlag('A cloud of clouds.yaml (default: OS_CLOUD, else the credentials of the environment)'),
  'token-cache': textFlag('Keep the token in this file, with mode 0600, for the next run (default: nowhere)'),
} as const satisfies Record<string, Options>;
