import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCa } from '../rackconnect/servers.ts';
import { rcWait, scratch } from './harness.ts';
import { keystone } from './keystone.ts';

const ca = makeCa();
const trusted = await keystone(ca.good);
const selfSigned = await keystone(ca.selfSigned);
const otherHost = await keystone(ca.otherHost);
const plain = await keystone();

const HOME = scratch();
writeFileSync(join(HOME, 'ca.pem'), ca.caPem);
writeFileSync(join(HOME, 'other.pem'), ca.selfSigned.cert);
const user = { HOME, OS_USERNAME: 'me', OS_PASSWORD: 's3cret-p' };

afterEach(() => {
  plain.nova = undefined;
});

/** Runs `rc-wait remote`, which would wait for an hour; whatever comes of it holds no secret. */
async function remote(env: NodeJS.ProcessEnv, ...args: string[]) {
  const ran = await rcWait(['remote', '--all', '--service', 'nova', '--regions', 'dfw', ...args], { env });
  expect(ran.out + ran.err).not.toMatch(/s3cret/);
  return ran;
}

/** What a wait that got as far as the servers says: there are none. */
const through = { exit: 64, err: expect.stringMatching(/^rc-wait: cannot wait: no server in DFW fits\n/) };

describe('a certificate that is not trusted', () => {
  it.each<[string, string, RegExp]>([
    [
      'by an unknown CA',
      trusted.url,
      /the API's certificate is not trusted \(unknown CA\): name your CA with --ca-file\n$/,
    ],
    [
      'self-signed',
      selfSigned.url,
      /the API's certificate is not trusted \(self-signed\): name your CA with --ca-file\n$/,
    ],
  ])('%s ends the wait at once', async (_, url, message) => {
    const ran = await remote({ ...user, OS_AUTH_URL: `${url}/v3` });
    expect(ran).toEqual({ exit: 69, out: '', err: expect.stringMatching(message) });
    expect(ran.err).not.toContain('trying again');
  });

  it('of another host ends it, too', async () => {
    const ran = await remote(
      { ...user, OS_AUTH_URL: `${otherHost.url}/v3` },
      '--ca-file',
      join(HOME, 'ca.pem'),
    );
    expect(ran).toMatchObject({
      exit: 69,
      err: expect.stringMatching(/certificate is not for 127.0.0.1\n$/),
    });
  });

  it('of the compute service ends it before anything is waited for', async () => {
    plain.nova = selfSigned.url;
    expect(await remote({ ...user, OS_AUTH_URL: `${plain.url}/v3` })).toMatchObject({
      exit: 69,
      err: expect.stringMatching(
        /rc-wait: cannot ask for the servers in DFW: the API's certificate is not trusted/,
      ),
    });
  });
});

describe('the certificates to trust', () => {
  const env = { ...user, OS_AUTH_URL: `${trusted.url}/v3` };
  const cloud = (more: string): NodeJS.ProcessEnv => {
    const home = scratch();
    const folder = join(home, '.config/openstack');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(home, 'ca.pem'), ca.caPem);
    const auth = `{auth_url: "${trusted.url}/v3", username: me, password: s3cret-p}`;
    writeFileSync(join(folder, 'clouds.yaml'), `clouds: {c: {auth: ${auth}, ${more}}}`);
    return { HOME: home, OS_CLOUD: 'c' };
  };

  it('are those of OS_CACERT or cacert, unless --ca-file names others', async () => {
    expect(await remote({ ...env, OS_CACERT: join(HOME, 'ca.pem') })).toMatchObject(through);
    expect(await remote(cloud('cacert: ~/ca.pem'))).toMatchObject(through);
    expect(await remote({ ...cloud('cacert: ~/other.pem'), OS_CACERT: '~/ca.pem' })).toMatchObject(through);
    const own = ['--ca-file', join(HOME, 'ca.pem')];
    expect(await remote({ ...env, OS_CACERT: '/dev/null/absent' }, ...own)).toMatchObject(through);
    expect(await remote({ ...env, OS_CACERT: join(HOME, 'other.pem') })).toMatchObject({ exit: 69 });
    expect(await remote({ ...env, OS_CACERT: '/dev/null/absent' })).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/cannot read \/dev\/null\/absent: .*\n +named by OS_CACERT or cacert/),
    });
  });

  it('are those of a probe, too', async () => {
    const args = ['endpoints', 'nova', '--region', 'dfw', '--probe', '--output', 'json'];
    const ran = await rcWait(args, { env: { ...env, OS_CACERT: join(HOME, 'ca.pem') } });
    expect(JSON.parse(ran.out).endpoints).toMatchObject([{ probe: { reached: true, status: 200 } }]);
    expect(ran.exit).toBe(0);
  });

  it.each([
    ['verify: false', 'verify'],
    ['insecure: true', 'insecure'],
  ])('are asked for though clouds.yaml says %s', async (line, name) => {
    expect(await remote(cloud(line))).toMatchObject({
      exit: 69,
      err: expect.stringMatching(
        new RegExp(
          `^rc-wait: warning: ${name} is not obeyed: certificates are always checked.*\\n.*not trusted`,
        ),
      ),
    });
  });
});

describe('a host name that cannot be', () => {
  it.each([
    'https://identity..example/v3',
    `https://${'a'.repeat(64)}.example/v3`,
    'https://keystone.invalid/v3',
  ])('%s ends the wait at once', async (url) => {
    const ran = await remote({ ...user, OS_AUTH_URL: url });
    expect(ran).toMatchObject({
      exit: 69,
      out: '',
      err: expect.stringMatching(/^rc-wait: cannot log in at \S+: no host can have the name /),
    });
  });
});

describe('a compute service of another name', () => {
  const env = { ...user, OS_AUTH_URL: `${plain.url}/v3` };
  it('is named by the error, and by a flag or a variable', async () => {
    expect(await rcWait(['remote', '--all', '--regions', 'dfw'], { env })).toEqual({
      exit: 64,
      out: '',
      err: 'rc-wait: cannot find the servers: the catalog has no service cloudServersOpenStack, and of type compute it has nova\n         name the service with --service, such as --service nova\n',
    });
    const named = { ...env, OS_COMPUTE_SERVICE_NAME: 'nova' };
    expect(await rcWait(['remote', '--all', '--regions', 'dfw'], { env: named })).toMatchObject(through);
    expect(await remote({ ...named, OS_COMPUTE_SERVICE_NAME: 'other' })).toMatchObject(through);
  });
});
