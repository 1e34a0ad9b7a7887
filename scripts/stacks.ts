import { globSync, readFileSync } from 'node:fs';
import { stackNames } from '../src/base/stack-names.ts';
import { stackWordsIn } from './lib/stack-words.ts';

// node scripts/stacks.ts checks that no stack's name stands in src/ outside its folder and the list of the names.
// Exit status 1 if one does.

/** Other names of stacks. */
const aliases = ['network-scripts', 'network-manager'];

/** Where the names may stand all the same: paths that begin so, which names, and why. */
const exceptions: readonly (readonly [path: string, names: readonly string[], why: string])[] = [
  ['src/base/stack-names.ts', stackNames, 'It is the list.'],
  ['src/network/stacks/index.ts', stackNames, 'The table: one row a stack.'],
  [
    'src/network/stacks/netplan/',
    ['networkd', 'networkmanager'],
    'netplan generates files for its two renderers, and reads which one a definition is for.',
  ],
  ['src/network/stacks/networkd/', ['netplan'], 'What netplan has generated is netplan’s.'],
  [
    'src/network/stacks/networkmanager/',
    ['netplan', 'network-manager'],
    'What netplan has generated is netplan’s.',
  ],
  [
    'src/network/stacks/ifcfg/',
    ['networkmanager', 'network-scripts'],
    'NetworkManager reads the same files.',
  ],
  ['src/network/stacks/wicked/', ['ifcfg'], 'SUSE’s files of interfaces are called ifcfg- too.'],
  [
    'src/network/stacks/nm',
    ['networkmanager'],
    'It is the daemon of two stacks: of keyfiles and of ifcfg files.',
  ],
  [
    'src/network/stacks/text/',
    stackNames,
    'What scripts call: the programs and services that a command line may name, whoever wrote it.',
  ],
];

let strays = 0;
for (const path of globSync('src/**/*.ts').sort()) {
  const own = /^src\/network\/stacks\/([^/]+)\//.exec(path)?.[1];
  const allowed = exceptions.filter(([start]) => path.startsWith(start)).flatMap(([, names]) => names);
  const names = [...stackNames, ...aliases].filter((name) => name !== own && !allowed.includes(name));
  for (const { name, word } of stackWordsIn(readFileSync(path, 'utf8'), names)) {
    strays += 1;
    process.stdout.write(`${path} names ${name}: ${word.slice(0, 80)}\n`);
  }
}
process.exitCode = strays === 0 ? 0 : 1;
