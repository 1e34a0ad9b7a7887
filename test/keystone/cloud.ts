import type { TestProject } from 'vitest/node';
import { Account } from './admin.ts';
import { startNova } from './nova.ts';
import { behindMs, type Instance, KeystoneServer } from './server.ts';

/** What the tests know of the cloud. */
export interface Cloud {
  /** each Keystone, without a path */
  readonly urls: Readonly<Record<Instance, string>>;
  /** of the domains north and south */
  readonly domains: Readonly<Record<'north' | 'south', string>>;
  /** of the user `me` in each domain */
  readonly users: Readonly<Record<'north' | 'south', string>>;
  /** of the project `fleet` in each domain */
  readonly projects: Readonly<Record<'north' | 'south', string>>;
  /** of `me` in the north, for the project `fleet`; its name is `robot`, its secret `s3cret-robot` */
  readonly applicationCredential: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly cloud: Cloud;
  }
}

/** How long the servers of `nova-changing` and `nova-behind` take. */
const deployedAfterMs = 25_000;

/**
 * Starts a Keystone with two domains, north and south. Each has the user `me` with the password `s3cret-p` and the
 * project `fleet`. The north also has the users `digits` (password 0123456), `nobody` (with no project) and `careful`
 * (with a second factor).
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await KeystoneServer.start());
  try {
    provide('cloud', await furnish(server, stack));
  } catch (error) {
    throw new Error(`cannot furnish the cloud; Keystone's log:\n${await server.log()}`, { cause: error });
  }
  const running = stack.move();
  return () => running.disposeAsync();
}

/** Makes what is in the cloud, and starts its compute services. */
async function furnish(server: KeystoneServer, stack: AsyncDisposableStack): Promise<Cloud> {
  const urls = { usual: server.urlOf('usual'), brief: server.urlOf('brief'), behind: server.urlOf('behind') };
  const root = { name: 'admin', password: 'admin', domainId: 'default', project: 'admin' };
  const admin = await Account.login(urls.usual, root);
  const ownerOf = (token: string) => admin.ownerOf(token);
  // Logged in when all is there: what a Keystone has read once of the database may be all that it sees.
  let late: Promise<Account> | undefined;
  const ownerOfLate = async (token: string) => {
    late ??= Account.login(urls.behind, root);
    return (await late).ownerOf(token);
  };
  const nova = stack.use(
    await startNova({
      nova: { ownerOf, deployedAfterMs: 0, aheadMs: 0 },
      'nova-changing': { ownerOf, deployedAfterMs, aheadMs: 0 },
      'nova-behind': { ownerOf: ownerOfLate, deployedAfterMs, aheadMs: behindMs },
    }),
  );
  await catalogue(admin, nova.url);
  const member = await admin.idOfRole('member');

  const domain = async (name: string) => {
    const id = await admin.make('/domains', 'domain', { name });
    const project = await admin.make('/projects', 'project', { name: 'fleet', domain_id: id });
    const add = (user: object) =>
      admin.make('/users', 'user', { domain_id: id, password: 's3cret-p', ...user });
    const join = async (user: object) => {
      const made = await add(user);
      await admin.assign(project, made, member);
      return made;
    };
    return { id, project, add, join, me: await join({ name: 'me' }) };
  };
  const north = await domain('north');
  const south = await domain('south');
  await north.join({ name: 'digits', password: '0123456' });
  await north.add({ name: 'nobody' });
  const factors = { multi_factor_auth_enabled: true, multi_factor_auth_rules: [['password', 'totp']] };
  await north.join({ name: 'careful', options: factors });
  const me = await Account.login(urls.usual, {
    name: 'me',
    password: 's3cret-p',
    domainId: north.id,
    project: 'fleet',
  });
  const applicationCredential = await me.make(
    `/users/${north.me}/application_credentials`,
    'application_credential',
    { name: 'robot', secret: 's3cret-robot' },
  );
  return {
    urls,
    domains: { north: north.id, south: south.id },
    users: { north: north.me, south: south.me },
    projects: { north: north.project, south: south.project },
    applicationCredential,
  };
}

/** Puts the compute services into the catalog, each in two regions. */
async function catalogue(admin: Account, url: string): Promise<void> {
  await admin.make('/regions', 'region', { id: 'RegionTwo' });
  for (const name of ['nova', 'nova-changing', 'nova-behind']) {
    const type = name === 'nova' ? 'compute' : `compute-${name}`;
    const service_id = await admin.make('/services', 'service', { name, type });
    for (const region_id of ['RegionOne', 'RegionTwo'])
      await admin.make('/endpoints', 'endpoint', {
        service_id,
        region_id,
        interface: 'public',
        url: `${url}/${name}/${region_id}/v2.1/$(project_id)s`,
      });
  }
}
