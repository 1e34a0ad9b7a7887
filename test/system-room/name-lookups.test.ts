import { expect, it } from 'vitest';
import { boundLookups, ownersEnvironment } from '../../src/system/name-lookups.ts';

it('look-ups are bounded, and the owner’s own programs are not', () => {
  const env: NodeJS.ProcessEnv = { HOME: '/root' };
  boundLookups(env);
  expect(env.RES_OPTIONS).toMatch(/timeout:\d attempts:1/);
  expect(ownersEnvironment(env)).toEqual({ HOME: '/root' });
});

it('bounds that the environment has stay, for the owner’s programs as well', () => {
  const env = { RES_OPTIONS: 'timeout:9' };
  boundLookups(env);
  expect(env).toEqual({ RES_OPTIONS: 'timeout:9' });
  expect(ownersEnvironment(env)).toEqual(env);
});
