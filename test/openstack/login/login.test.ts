import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../../src/base/error.ts';
import { credentialsIn, type Variables } from '../../../src/openstack/login/credentials.ts';
import { createLogin, type TokenCache } from '../../../src/openstack/login/login.ts';
import { fileCache } from '../../../src/openstack/login/token-cache.ts';
import { scratch } from '../../cli/harness.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { VirtualCloud } from '../../support/virtual-cloud.ts';

const base = {
  RAX_AUTH_URL: 'http://cloud.test/identity/v2.0',
  OS_AUTH_URL: 'http://cloud.test/identity/v2.0',
};
const right = { ...base, RAX_USERNAME: 'demo', RAX_API_KEY: 'demo-api-key' };
const { signal } = new AbortController();

/** A login at a cloud of its own. */
function setUp(variables: Variables = right, scenario = '{tokenLife: 10m}', cache?: TokenCache) {
  const clock = new VirtualClock();
  const cloud = new VirtualCloud(clock, scenario);
  const credentials = credentialsIn(variables, { authUrl: undefined, regions: [] });
  if (credentials === undefined) throw new Error('no credentials');
  const login = createLogin({ credentials, http: cloud.http, clock, cache });
  const session = () => clock.run(login.session(signal));
  const refusal = async () => {
    const error: unknown = await session().catch((reason: unknown) => reason);
    if (!(error instanceof RcWaitError)) throw new Error(`not refused: ${String(error)}`);
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toMatch(/s3cret|simulated-token/);
    return `${error.code}: ${error.message}`;
  };
  return { clock, cloud, login, session, refusal, credentials };
}

describe('a login', () => {
  it.each<[string, Variables]>([
    ['with an API key', right],
    ['with a password', { ...base, OS_USERNAME: 'demo', OS_PASSWORD: 'demo-password' }],
    [
      'at v3',
      { OS_USERNAME: 'demo', OS_PASSWORD: 'demo-password', OS_AUTH_URL: 'http://cloud.test/identity/v3' },
    ],
  ])('%s brings a token and a catalog', async (_, variables) => {
    const { token, catalog } = await setUp(variables).session();
    expect(token.reveal()).toBe('simulated-token-1-1');
    expect(catalog.services.map(({ name }) => name)).toContain('cloudServersOpenStack');
  });

  it('is made once for all who ask at once, and again a minute before the token runs out', async () => {
    const { clock, cloud, login } = setUp();
    const both = await clock.run(Promise.all([login.session(signal), login.session(signal)]));
    expect(both[0]).toBe(both[1]);
    await clock.run(clock.sleep(8.9 * 60_000));
    expect(await clock.run(login.session(signal))).toBe(both[0]);
    await clock.run(clock.sleep(0.2 * 60_000));
    expect(await clock.run(login.session(signal))).not.toBe(both[0]);
    expect(cloud.seen).toHaveLength(2);
  });

  it('is made again when an API refuses its token, but not for an older one', async () => {
    const { login, session, cloud } = setUp();
    const first = await session();
    login.reject(first);
    const second = await session();
    login.reject(first);
    expect(await session()).toBe(second);
    expect(cloud.seen).toHaveLength(2);
  });

  it('with a bare token lasts as long as that, which cannot be renewed', async () => {
    const { session, clock, cloud } = setUp();
    const { token } = await session();
    const bare = { ...base, OS_TOKEN: token.reveal(), OS_TENANT_ID: '123456' };
    const credentials = credentialsIn(bare, { authUrl: undefined, regions: [] });
    if (credentials === undefined) throw new Error('no credentials');
    const login = createLogin({ credentials, http: cloud.http, clock });
    const own = await clock.run(login.session(signal));
    expect(own.token.reveal()).toBe(token.reveal());
    login.reject(own);
    await expect(clock.run(login.session(signal))).rejects.toMatchObject({
      code: 'API_REFUSED',
      message: 'cannot go on: the token from OS_TOKEN is no longer accepted (401)',
    });
  });

  it.each<[string, Variables, string, RegExp]>([
    [
      'an unknown token',
      { ...base, OS_TOKEN: 's3cret', OS_TENANT_ID: '123456' },
      '{}',
      /^API_REFUSED: cannot log in at cloud.test: the token is not accepted \(401\); it is from OS_TOKEN$/,
    ],
    [
      'a wrong key',
      { ...right, RAX_API_KEY: 's3cret' },
      '{}',
      /^API_REFUSED: cannot log in at cloud.test: the API key is not accepted \(401\); it is from RAX_USERNAME and RAX_API_KEY$/,
    ],
    [
      'a wrong password',
      { ...base, OS_USERNAME: 'demo', OS_PASSWORD: 's3cret' },
      '{}',
      /^API_REFUSED: .*the password is not accepted \(401\)/,
    ],
    [
      'no identity API there',
      { ...right, RAX_AUTH_URL: 'http://cloud.test/identity/other/v2.0' },
      '{}',
      /^API_UNAVAILABLE: cannot log in at cloud.test: there is no identity API at that address \(404\)$/,
    ],
    [
      'a portal',
      right,
      '{faults: [{kind: html, api: identity}]}',
      /^API_UNAVAILABLE: .*its answer has no token or no catalog$/,
    ],
    [
      'a failing API',
      right,
      '{faults: [{kind: status, api: identity, status: 503}]}',
      /^API_UNAVAILABLE: .*it answers with status 503$/,
    ],
  ])('%s is said, and no secret', async (_, variables, scenario, message) => {
    expect(await setUp(variables, scenario).refusal()).toMatch(message);
  });

  it.each([413, 429, 503])('answered with %i says how long to wait', async (status) => {
    const fault = `{kind: status, api: identity, status: ${status}, retryAfter: 40s}`;
    await expect(setUp(right, `{faults: [${fault}]}`).session()).rejects.toMatchObject({
      code: 'API_UNAVAILABLE',
      retryAfterMs: 40_000,
    });
  });

  it('that cannot be reached says so', async () => {
    const made = setUp();
    made.cloud.unreachable = 'connection refused';
    expect(await made.refusal()).toBe('API_UNAVAILABLE: cannot log in at cloud.test: connection refused');
  });
});

describe('the cache of a token', () => {
  const path = join(scratch(), 'token.json');
  const notices: string[] = [];
  const cacheFor = (variables: Variables = right, file = path) => {
    const credentials = credentialsIn(variables, { authUrl: undefined, regions: [] });
    if (credentials === undefined) throw new Error('no credentials');
    return fileCache(file, credentials, (notice) => notices.push(notice));
  };

  it('is a file of mode 0600 from its first byte, used by the next run of the same account', async () => {
    const first = setUp(right, '{tokenLife: 1000d}', cacheFor());
    const { token } = await first.session();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain(token.reveal());
    const second = setUp(right, '{}', cacheFor());
    expect((await second.session()).token.reveal()).toBe(token.reveal());
    expect(second.cloud.seen).toEqual([]);
    expect(notices).toEqual([]);
  });

  it('is not used for another account, nor once the token was refused', async () => {
    const other = setUp({ ...right, RAX_TENANT_ID: '9' }, '{}', cacheFor({ ...right, RAX_TENANT_ID: '9' }));
    await other.session();
    expect(other.cloud.seen).toHaveLength(1);
    await setUp(right, '{tokenLife: 1000d}', cacheFor()).session();
    const { login, session, cloud } = setUp(right, '{tokenLife: 1000d}', cacheFor());
    login.reject(await session());
    await session();
    expect(cloud.seen).toHaveLength(1);
  });

  it('is not used in the place of another bare token, and does not hold the one that was given', () => {
    const bare = (token: string) => cacheFor({ ...base, OS_TOKEN: token, OS_TENANT_ID: '123456' });
    bare('s3cret-old').write({}, 'granted', Date.now() + 600_000);
    expect(bare('s3cret-new').read()).toBeUndefined();
    expect(bare('s3cret-old').read()).toEqual({ answer: {}, subjectToken: 'granted' });
    expect(readFileSync(path, 'utf8')).not.toContain('s3cret');
  });

  it('is not believed where others may read it, where it is damaged, or where the token is about to run out', async () => {
    chmodSync(path, 0o644);
    expect(cacheFor().read()).toBeUndefined();
    expect(notices.splice(0)).toEqual([
      `cannot use the token in ${path}: others may read it, or own it; it must be yours, with mode 0600`,
    ]);
    chmodSync(path, 0o600);
    for (const text of ['', '{', 'null', '{"schema":"other"}']) {
      writeFileSync(path, text);
      expect(cacheFor().read()).toBeUndefined();
    }
    cacheFor().write({}, undefined, Date.now() + 60_000);
    expect(cacheFor().read()).toBeUndefined();
    cacheFor().write({}, 'of v3', Date.now() + 600_000);
    expect(cacheFor().read()).toEqual({ answer: {}, subjectToken: 'of v3' });
  });

  it('that cannot be kept is said, and the login is good all the same', async () => {
    const { session } = setUp(right, '{}', cacheFor(right, '/dev/null/token'));
    await session();
    expect(notices.splice(0)).toEqual([
      'cannot use the token in /dev/null/token: a part of the path is not a directory',
      'cannot keep the token in /dev/null/token: a part of the path is not a directory',
    ]);
  });
});
