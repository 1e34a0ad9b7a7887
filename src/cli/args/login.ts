import type { Options } from 'yargs';

/** How to log in. There is no flag for a key or a token: every user of a machine can read its command lines. */
export const loginFlags = {
  'auth-url': {
    string: true,
    requiresArg: true,
    describe:
      'The identity API: us, uk, or a URL (default: OS_AUTH_URL or auth_url; of RAX_* us, and uk where the only region is LON)',
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
