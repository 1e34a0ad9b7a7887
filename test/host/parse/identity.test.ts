import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceIdIn, macIn, regionInIdentity, rolesIn } from '../../../src/host/parse/identity.ts';

describe('a region', () => {
  it('that is none is said with what was there', () => {
    expect(regionInIdentity('"{}"\n')).toEqual({
      kind: 'unknown',
      why: '"\\"{}\\"" is no region (dfw, hkg, iad, lon, ord, syd)',
    });
    expect(regionInIdentity('x'.repeat(9_999))).toMatchObject({
      why: expect.stringMatching(/^"x{60}…" is no region/),
    });
  });
});

describe('an instance id', () => {
  const uuid = '4d2f4a8c-9f5e-4c3b-8b1a-0123456789ab';

  it.each([`instance-${uuid}`, uuid, `${uuid.toUpperCase()}\n`, `"instance-${uuid}"`])(
    'is read from %j',
    (text) => {
      expect(instanceIdIn(text)).toEqual({ kind: 'known', value: uuid });
    },
  );

  it.each(['', 'i-0123456789abcdef0', 'iid-datasource-none', 'nocloud', `${uuid}x`, `server-${uuid}`])(
    'is not %j',
    (text) => {
      expect(instanceIdIn(text).kind).toBe('unknown');
    },
  );

  it('is the same whichever way it is written', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom('', 'instance-'), fc.boolean(), (id, prefix, upper) => {
        const text = `${prefix}${id}`;
        expect(instanceIdIn(upper ? text.toUpperCase() : text)).toEqual({ kind: 'known', value: id });
      }),
    );
  });
});

describe('roles', () => {
  it('are names, or objects with names', () => {
    expect(rolesIn(['rack_connect', { name: 'rax_managed', id: 7 }])).toEqual({
      kind: 'known',
      value: ['rack_connect', 'rax_managed'],
    });
    expect(rolesIn([])).toEqual({ kind: 'known', value: [] });
  });

  it.each([undefined, null, {}, 'rack_connect', [7], [null], [{ id: 'x' }]])(
    'that cannot be understood are not "none": %j',
    (value) => {
      expect(rolesIn(value).kind).toBe('unknown');
    },
  );
});

describe('a MAC address', () => {
  it.each(['BC:76:4E:20:6C:5B', 'bc-76-4e-20-6c-5b', 'bc764e206c5b\n'])('is the same as %j', (text) => {
    expect(macIn(text)).toBe('BC764E206C5B');
  });

  it.each(['', '00:00:00:00:00:00', 'BC:76:4E:20:6C', 'zz:76:4e:20:6c:5b', 12, null])('is not %j', (text) => {
    expect(macIn(text)).toBeUndefined();
  });
});
