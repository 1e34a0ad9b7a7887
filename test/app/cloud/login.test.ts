import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createCloudHttp } from '../../../src/simulator/openstack/http.ts';
import { parseCloudScenario } from '../../../src/simulator/openstack/scenario.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { rcWait, scratch } from '../../cli/harness.ts';

const { serve } = createCloudHttp(
  parseCloudScenario('openstack: {apiKey: s3cret-key, password: s3cret-word}', 'test'),
  systemClock,
);
const { url, close } = await startSimulator({ also: serve });
afterAll(close);
const identity = `${url}/identity/v2.0`;
// Else the clouds.yaml of whoever runs the tests would be read.
const HOME = scratch();
const right = { HOME, RAX_AUTH_URL: identity, RAX_USERNAME: 'demo', RAX_API_KEY: 's3cret-key' };

/** Runs `rc-wait endpoints`; whatever comes of it holds no secret. */
async function endpoints(env: NodeJS.ProcessEnv, ...args: string[]) {
  const ran = await rcWait(['endpoints', ...args], { env });
  expect(ran.out + ran.err).not.toMatch(/s3cret|simulated-token/);
  return ran;
}

describe('rc-wait endpoints with a login', () => {
  it.each<[string, NodeJS.ProcessEnv]>([
    ['RAX_USERNAME and RAX_API_KEY', right],
    [
      'OS_USERNAME and OS_PASSWORD',
      { HOME, OS_AUTH_URL: identity, OS_USERNAME: 'demo', OS_PASSWORD: 's3cret-word' },
    ],
    ['v3', { HOME, OS_AUTH_URL: `${url}/identity/v3`, OS_USERNAME: 'demo', OS_PASSWORD: 's3cret-word' }],
  ])('by %s shows the catalog of the account', async (_, env) => {
    const { exit, out, err } = await endpoints(env, 'compute', '--region', 'dfw', '--output', 'json');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      source: 'login',
      endpoints: [{ service: 'cloudServersOpenStack', region: 'DFW', url: `${url}/cloud/dfw/v2/123456` }],
    });
  });

  it('takes a cloud of clouds.yaml, its secret apart', async () => {
    const config = join(scratch(), 'openstack');
    mkdirSync(config);
    writeFileSync(
      join(config, 'clouds.yaml'),
      `clouds: {rax: {auth: {auth_url: "${identity}", username: demo}}, other: {}}`,
    );
    writeFileSync(join(config, 'secure.yaml'), 'clouds: {rax: {auth: {api_key: s3cret-key}}}');
    const env = { HOME, OS_CLIENT_CONFIG_FILE: join(config, 'clouds.yaml') };
    expect((await endpoints({ ...env, OS_CLOUD: 'rax' }, 'compute')).exit).toBe(0);
    expect((await endpoints(env, 'compute', '--os-cloud', 'rax')).exit).toBe(0);
    expect(await endpoints(env, 'compute', '--os-cloud', 'rx')).toMatchObject({
      exit: 64,
      err: expect.stringMatching(
        /cannot use the cloud "rx": \S+clouds.yaml has none of that name\n +it has rax, other\n/,
      ),
    });
    writeFileSync(join(config, 'clouds.yaml'), 'clouds: {rax: {auth: {password: s3cret');
    expect(await endpoints(env, '--os-cloud', 'rax')).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/cannot use \S+clouds.yaml: it is not YAML\n/),
    });
  });

  it('keeps the token where it was asked to, and nowhere else', async () => {
    const path = join(scratch(), 'token');
    expect((await endpoints(right, 'compute', '--token-cache', path)).exit).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain('simulated-token');
    expect(
      (await endpoints({ ...right, RAX_API_KEY: 's3cret-wrong' }, 'compute', '--token-cache', path)).exit,
    ).toBe(0);
  });

  it.each<[string, NodeJS.ProcessEnv, string[], number, RegExp]>([
    [
      'a wrong key',
      { ...right, RAX_API_KEY: 's3cret-wrong' },
      [],
      77,
      /^rc-wait: cannot log in at 127.0.0.1:\d+: the API key is not accepted \(401\); it is from RAX_USERNAME and RAX_API_KEY\n/,
    ],
    [
      'half of the credentials',
      { HOME, RAX_USERNAME: 'demo' },
      [],
      64,
      /^rc-wait: cannot log in: RAX_USERNAME is set, and RAX_API_KEY is not\n/,
    ],
    [
      'an identity API that is not there',
      { ...right, RAX_AUTH_URL: 'http://127.0.0.1:1/v2.0' },
      [],
      69,
      /^rc-wait: cannot log in at 127.0.0.1:1: connection refused\n/,
    ],
    [
      'an identity URL that is none',
      right,
      ['--auth-url', 'nowhere'],
      64,
      /^rc-wait: cannot use the identity URL/,
    ],
    [
      'a cloud without a clouds.yaml',
      { HOME },
      ['--os-cloud', 'rax'],
      64,
      /^rc-wait: cannot use the cloud "rax": there is no clouds.yaml\n/,
    ],
    [
      'a region that the account has not',
      right,
      ['--region', 'lon'],
      64,
      /^rc-wait: cannot choose an endpoint of cloudServersOpenStack: it has none in LON\n +it has them in ORD, DFW\n/,
    ],
  ])('%s is said, with the right exit status', async (_, env, args, exit, message) => {
    const ran = await endpoints(env, 'cloudServersOpenStack', ...args);
    expect(ran).toMatchObject({ exit, out: '', err: expect.stringMatching(message) });
  });

  it('is not needed for the RackConnect API', async () => {
    const ran = await endpoints({ ...right, RAX_API_KEY: 's3cret-wrong' }, 'rackconnect', '--region', 'ord');
    expect(ran).toMatchObject({
      exit: 0,
      out: expect.stringContaining('https://ord.api.rackconnect.rackspace.com'),
    });
  });
});
