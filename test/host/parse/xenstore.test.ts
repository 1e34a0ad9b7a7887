import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelOfXenstore, metadataOfXenstore, rolesOfXenstore } from '../../../src/host/parse/xenstore.ts';

describe('metadata in xenstore', () => {
  it.each([
    ['"DEPLOYED"', 'DEPLOYED'],
    ['"In Progress"\n', 'In Progress'],
    ['DEPLOYED', 'DEPLOYED'],
  ])('%j is %j', (text, value) => {
    expect(metadataOfXenstore(text)).toEqual({ kind: 'known', value });
  });

  it.each(['', ' \n', '""', '" "'])('%j says nothing', (text) => {
    expect(metadataOfXenstore(text).kind).toBe('absent');
  });

  it.each(['"DEPLOYED', '{"status":"DEPLOYED"}', '["DEPLOYED"]', '{'])('%j is not understood', (text) => {
    expect(metadataOfXenstore(text).kind).toBe('unknown');
  });

  it('is what was put in, however xenstore-read prints backslashes', () => {
    const words = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && !text.includes('\\'));
    fc.assert(
      fc.property(words, fc.boolean(), (value, doubled) => {
        const json = JSON.stringify(value);
        expect(metadataOfXenstore(doubled ? json.replaceAll('\\', '\\\\') : json)).toEqual({
          kind: 'known',
          value,
        });
      }),
    );
  });
});

it('roles are a JSON list', () => {
  expect(rolesOfXenstore('["rack_connect", "rax_managed"]')).toEqual({
    kind: 'known',
    value: ['rack_connect', 'rax_managed'],
  });
  expect(rolesOfXenstore('rack_connect').kind).toBe('unknown');
});

describe('the label of a network', () => {
  // As it was seen on a server; the addresses are not needed.
  const value =
    '{"label":"private","broadcast":"10.208.255.255","ips":[{"ip":"10.208.227.239","netmask":"255.255.224.0","enabled":"1","gateway":null}],"mac":"BC:76:4E:20:6C:5B","routes":[{"route":"10.208.0.0","netmask":"255.240.0.0","gateway":"10.208.224.1"}],"gateway":null}';

  it('is read', () => {
    expect(labelOfXenstore(value)).toEqual({ kind: 'known', value: 'private' });
  });

  it.each(['', 'private', '"private"', '{}', '{"label":null}', '[]'])('is not in %j', (text) => {
    expect(labelOfXenstore(text).kind).toBe('unknown');
  });
});
