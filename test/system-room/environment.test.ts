import { describe, expect, it } from 'vitest';
import {
  personsEnvironment,
  toolEnvironment,
  toolPath,
  valueForEnvironment,
} from '../../src/system/environment.ts';

const secrets = {
  RC_WAIT_SIGNAL: 'https://heat/s3cret',
  RC_WAIT_SIGNAL_TOKEN: 's3cret',
  RAX_API_KEY: 's3cret',
  RAX_PASSWORD: 's3cret',
  OS_PASSWORD: 's3cret',
  OS_TOKEN: 's3cret',
  OS_AUTH_TOKEN: 's3cret',
  OS_APPLICATION_CREDENTIAL_SECRET: 's3cret',
  OS_PASSCODE: 's3cret',
};
const loaders = { NODE_OPTIONS: '--require /x.js', LD_PRELOAD: '/x.so', OPENSSL_CONF: '/x.cnf' };

describe('the tools of the system', () => {
  it('get a list of variables: no secret, and nothing that loads code', () => {
    const env = {
      ...secrets,
      ...loaders,
      PATH: '/opt/bin',
      HOME: '/root',
      LANG: 'de_DE.UTF-8',
      RC_WAIT_TIMEOUT: '1m',
      XENSTORED_PATH: '/run/xenstored/socket',
    };
    expect(toolEnvironment(env)).toEqual({
      PATH: '/opt/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin',
      HOME: '/root',
      LC_ALL: 'C',
      XENSTORED_PATH: '/run/xenstored/socket',
    });
  });

  it.each([undefined, '', ':', '.', 'bin:./x::'])(
    'are never looked for in the working directory (PATH %j)',
    (path) => {
      expect(toolPath(path === undefined ? {} : { PATH: path })).toBe(
        '/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin',
      );
    },
  );
});

describe('what a person has run', () => {
  it("has the person's environment, without the secrets that were meant for rc-wait", () => {
    const own = {
      ...loaders,
      PATH: '.:/opt/bin',
      LANG: 'de_DE.UTF-8',
      SSH_AUTH_SOCK: '/x',
      OS_USERNAME: 'me',
      AWS_SECRET: 'kept',
    };
    expect(personsEnvironment({ ...own, ...secrets })).toEqual(own);
  });

  it('also has what the launcher has kept from Node', () => {
    const env = {
      RCWAIT_HELD_NODE_OPTIONS: '--inspect',
      RCWAIT_HELD_A: '',
      RCWAIT_IGNORED: 'HUP',
      HOME: '/root',
    };
    expect(personsEnvironment(env)).toEqual({ NODE_OPTIONS: '--inspect', A: '', HOME: '/root' });
  });
});

describe('a value for the environment', () => {
  it('is as it is, up to what the kernel takes for sure, and is cut beyond', () => {
    expect(valueForEnvironment('a\nb é')).toBe('a\nb é');
    const cut = valueForEnvironment('😀'.repeat(100_000));
    expect(cut.length).toBeLessThanOrEqual(4_096);
    expect(cut.endsWith('…')).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
  });

  it('holds no NUL, which no variable can hold', () => {
    expect(valueForEnvironment('a\0b')).toBe('a b');
  });
});
