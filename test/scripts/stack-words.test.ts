import { expect, it } from 'vitest';
import { stackWordsIn } from '../../scripts/lib/stack-words.ts';

const names = ['netplan', 'networkd', 'networkmanager', 'wicked'];
const wordsIn = (text: string) => stackWordsIn(text, names).map(({ name, word }) => `${name}: ${word}`);

it('a stack’s name is found in identifiers, strings, templates, patterns and imports', () => {
  expect(wordsIn('const usesNetplan = 1;')).toEqual(['netplan: usesNetplan']);
  expect(wordsIn("const a = 'systemd-networkd.service';")).toEqual(['networkd: systemd-networkd.service']);
  expect(wordsIn('const a = `ask NetworkManager `;')).toEqual(['networkmanager: ask NetworkManager ']);
  expect(wordsIn('const a = /^wickedd?$/;')).toEqual(['wicked: ^wickedd?$']);
  expect(wordsIn("import { a } from './netplan/index.ts';")).toEqual(['netplan: ./netplan/index.ts']);
  expect(wordsIn("type A = 'netplan' | { networkds: 1 };")).toEqual([
    'netplan: netplan',
    'networkd: networkds',
  ]);
});

it('comments may say it, and a part of another word is no name', () => {
  expect(wordsIn('// netplan 0.103\n/** networkd */\nexport const a = 1;')).toEqual([]);
  expect(wordsIn("import { networkDocument } from './x.ts'; const wickedness = networkDocument;")).toEqual(
    [],
  );
});
