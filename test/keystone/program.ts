import { fileURLToPath } from 'node:url';
import { expect, inject } from 'vitest';
import { homeWith } from '../cli/private-cloud.ts';
import { type Ended, startProgram } from '../process/program.ts';

/** What scripts/build makes. */
const program = fileURLToPath(new URL('../../dist/rc-wait', import.meta.url));

/** What all tests know of the cloud. */
export const cloud = inject('cloud');

/** `me` in the north, for its project, by variables. */
export const northern = {
  OS_USERNAME: 'me',
  OS_PASSWORD: 's3cret-p',
  OS_USER_DOMAIN_ID: cloud.domains.north,
  OS_PROJECT_ID: cloud.projects.north,
};

/** The members below `auth` in clouds.yaml that say the same. */
export const northernAuth = `username: me, password: s3cret-p, user_domain_id: ${cloud.domains.north}, project_id: ${cloud.projects.north}`;

/** A home with these files below ~/.config/openstack, and variables beside it. */
export interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs rc-wait to its end. It prints no secret. */
export async function rcWait(args: readonly string[], { files = {}, env = {} }: Given): Promise<Ended> {
  const ended = await startProgram([program, ...args], { ...homeWith(files), ...env }).ended;
  expect(ended.out + ended.err).not.toMatch(/s3cret/);
  return ended;
}

/** `rc-wait endpoints compute`. */
export const endpoints = (given: Given, ...args: string[]): Promise<Ended> =>
  rcWait(['endpoints', 'compute', '--output', 'json', ...args], given);

/** `rc-wait remote`, for all servers of the service `nova`. */
export const remote = (given: Given, ...args: string[]): Promise<Ended> =>
  rcWait(['remote', '--all', '--service', 'nova', '--output', 'json', ...args], given);

/** The names of the servers that a successful `remote` came to: DOMAIN.USER.PROJECT.REGION of who asked for them. */
export async function serversOf(given: Given, ...args: string[]): Promise<readonly string[]> {
  const { exit, out, err } = await remote(given, ...args);
  expect({ exit, err }).toMatchObject({ exit: 0 });
  return JSON.parse(out).servers.map(({ name }: { name: string }) => name);
}
