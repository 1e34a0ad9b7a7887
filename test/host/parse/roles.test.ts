import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areManaged, areOfRackconnectV3 } from '../../../src/host/parse/roles.ts';

describe('RackConnect v3', () => {
  it.each<[readonly string[], 'dfw' | undefined]>([
    [['rackconnect:v3'], 'dfw'],
    [['rackconnect:v3-DFW'], 'dfw'],
    [['identity:user-admin', 'rackconnect:v3-dfw'], 'dfw'],
    [['rackconnect:v3-ORD'], undefined],
  ])('is meant by %j for a server in %s', (roles, region) => {
    expect(areOfRackconnectV3(roles, region)).toBe(true);
  });

  it.each<[string, readonly string[]]>([
    ['no roles', []],
    ['v2.0', ['rack_connect']],
    ['v2.0 here and v3 as well', ['rackconnect:v3-DFW', 'rack_connect']],
    ['v3 in another region', ['rackconnect:v3-ORD']],
    ['a role that only sounds like it', ['not-rackconnect:v3']],
  ])('is not meant by %s', (_, roles) => {
    expect(areOfRackconnectV3(roles, 'dfw')).toBe(false);
  });

  it('is never meant where the account has v2.0', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (roles) => {
        expect(areOfRackconnectV3([...roles, 'rackconnect:v3', 'rack_connect'], undefined)).toBe(false);
      }),
    );
  });
});

it('an account is managed by one role', () => {
  expect(areManaged(['rack_connect', 'rax_managed'])).toBe(true);
  expect(areManaged(['rack_connect', 'rax_managed_not'])).toBe(false);
});
