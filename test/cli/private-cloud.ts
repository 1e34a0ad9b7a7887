import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect } from 'vitest';
import { type Ran, rcWait, scratch } from './harness.ts';
import { type Keystone, keystone } from './keystone.ts';

/** A private cloud for one test file, and rc-wait as it logs in there. */
export interface PrivateCloud {
  readonly cloud: Keystone;
  /** its identity API, v3 */
  readonly url: string;
  /** Runs `rc-wait endpoints compute`; whatever comes of it holds no secret, and nobody logs in at Rackspace. */
  endpoints(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran>;
  /** the one login that was made */
  login(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Record<string, unknown> | undefined>;
}

/** Starts one; each test begins without logins and without an answer of its own. */
export async function privateCloud(): Promise<PrivateCloud> {
  const cloud = await keystone();
  beforeEach(() => {
    cloud.answer = undefined;
    cloud.logins.length = 0;
  });

  async function endpoints(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> {
    const ran = await rcWait(['endpoints', 'compute', '--output', 'json', ...args], { env });
    expect(ran.out + ran.err).not.toMatch(/s3cret|identity\.api\.rackspacecloud/);
    return ran;
  }

  return {
    cloud,
    url: `${cloud.url}/v3`,
    endpoints,
    async login(env, ...args) {
      const { exit, err } = await endpoints(env, ...args);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(cloud.logins).toHaveLength(1);
      return cloud.logins[0]?.auth;
    },
  };
}

/** A home with these files below ~/.config/openstack, or, with a folder in their names, anywhere below it. */
export function homeWith(files: Readonly<Record<string, string>>): { readonly HOME: string } {
  const HOME = scratch();
  for (const [name, text] of Object.entries(files)) {
    const path = name.includes('/') ? join(HOME, name) : join(HOME, '.config/openstack', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return { HOME };
}

/** A login of v3 by a user's name. */
export const byName = (name: string, password: string, domain: unknown = { name: 'Default' }) => ({
  identity: { methods: ['password'], password: { user: { name, domain, password } } },
});
