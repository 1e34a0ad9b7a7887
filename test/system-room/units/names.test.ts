import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  asInstance,
  dropInFolders,
  isReachedByBoot,
  isUnitName,
  suffixOf,
  templateOf,
  unitInstance,
} from '../../../src/system/units/names.ts';

it('a unit has a name, an instance and a type', () => {
  expect(['a.service', 't@.timer', 't@a-b.mount', 'a\\x2db.path'].map(isUnitName)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['a', 'a.txt', 'a b.service', 'a.service.d', '@b.service', '.service'].map(isUnitName)).toEqual(
    Array(6).fill(false),
  );
  expect([unitInstance('t@a.b.service'), unitInstance('t@.service'), unitInstance('t.service')]).toEqual([
    'a.b',
    '',
    '',
  ]);
  expect([suffixOf('a.b.socket'), suffixOf('none')]).toEqual(['.socket', 'none']);
});

it('an instance has a template, and an alias of that leads to the same instance', () => {
  const part = fc.stringMatching(/^[\w:.-]{1,9}$/);
  fc.assert(
    fc.property(part, part, (template, instance) => {
      const name = `${template.replaceAll('.', '_')}@${instance}.service`;
      expect(templateOf(name)).toBe(`${template.replaceAll('.', '_')}@.service`);
      expect(asInstance(templateOf(name) ?? '', unitInstance(name))).toBe(name);
      expect(isUnitName(name)).toBe(true);
    }),
  );
  expect(asInstance('a.service', 'b')).toBe('a.service');
});

it('the folders of drop-ins are the special ones first', () => {
  expect(dropInFolders('a-b-c@d-e.service')).toEqual([
    'a-b-c@d-e.service.d',
    'a-b-c@.service.d',
    'a-b-.service.d',
    'a-.service.d',
  ]);
  expect(dropInFolders('a.socket')).toEqual(['a.socket.d']);
});

it('no boot reaches a shutdown, and hardware may never come', () => {
  expect(
    ['multi-user.target', 'a.service', 'poweroff.target', 'initrd-fs.target', 'dev-sda.device'].map(
      isReachedByBoot,
    ),
  ).toEqual([true, true, false, false, false]);
});
