import { RcWaitError } from '../../../base/error.ts';
import type { NetworkFile } from '../../types.ts';
import { impliedBy, refuseStacked, type StackedLink } from '../stacked-on.ts';
import { globPattern } from '../text/glob.ts';
import type { Edit } from './edit.ts';
import { type Entry, type InterfacesFile, isBare } from './file.ts';
import { interfaceOfLabel } from './public.ts';
import { isBootWord, restoreMarked } from './restore-marked.ts';
import { type InterfacesTree, readTree, refuseMapping } from './tree.ts';

/**
 * Removes interfaces from the lines that bring them up at boot, or when they appear.
 * `pre-up false` would keep them down too, but networking.service would fail.
 * @param replaced numbers of rc-wait's own lines whose originals are restored
 * @throws RcWaitError NETWORK_FILE if a pattern brings one up
 */
export function bootEdit(
  file: InterfacesFile,
  replaced: ReadonlySet<number>,
  tree: InterfacesTree,
  names: readonly string[],
): Pick<Edit, 'off' | 'swapped' | 'gone'> {
  const off = new Set<Entry>();
  const swapped = new Map<Entry, string>();
  const gone = new Set(file.entries.filter(({ number }) => replaced.has(number)));
  for (const entry of file.entries) {
    if (!isBootWord(entry.word) || gone.has(entry)) continue;
    const words = namesIn(entry);
    const kept = words.filter((word) => !names.includes(physical(word)));
    for (const word of kept) refusePattern(file, entry, word, names);
    const isOff = words.length === 0 ? isBareOf(entry, tree, names) : kept.length === 0;
    if (isOff) off.add(entry);
    else if (kept.length < words.length) swapped.set(entry, `${entry.word} ${kept.join(' ')}`);
  }
  refuseCapture(file, off);
  return { off, swapped, gone };
}

/** The interfaces that rc-wait's lines keep from coming up. */
export function disabledNames(files: readonly NetworkFile[]): string[] {
  const now = bootNames(readTree(files));
  const before = bootNames(readTree(files.map((file) => restoreMarked(file, () => false))));
  return [...new Set(before)].filter((name) => !now.includes(name));
}

/** @throws RcWaitError NETWORK_FILE if another interface is stacked on one of them, or a mapping script decides */
export function refuseDisabling(tree: InterfacesTree, names: readonly string[]): void {
  for (const name of names) refuseMapping(tree, name);
  refuseStacked(names, stackedLinksOf(tree));
}

function bootNames(tree: InterfacesTree): string[] {
  const listed = tree.files
    .flatMap(({ entries }) => entries)
    .filter(({ word }) => isBootWord(word))
    .flatMap((entry) => namesIn(entry).map(physical));
  const bare = tree.stanzas.filter((stanza) => stanza.bare.some(({ word }) => isBootWord(word)));
  return [...listed, ...bare.map(({ name }) => interfaceOfLabel(name))];
}

function namesIn({ rest }: Entry): string[] {
  return rest.split(/\s+/).filter((word) => word !== '');
}

/** The interface of `eth0=home` or `eth0:1`: `eth0`. */
function physical(word: string): string {
  return interfaceOfLabel(word.replace(/=.*/, ''));
}

/** Whether an entry is a bare `auto` in the stanza of one of the interfaces. */
function isBareOf(entry: Entry, { stanzas }: InterfacesTree, names: readonly string[]): boolean {
  return stanzas.some(({ bare, name }) => bare.includes(entry) && names.includes(interfaceOfLabel(name)));
}

/** Refuses a pattern of interfaces(5) that matches: `[VARIABLE]/VALUE[/OPTIONS][=LOGICAL]`. */
function refusePattern(
  { path }: InterfacesFile,
  { number }: Entry,
  word: string,
  names: readonly string[],
): void {
  const [variable, value] = word.replace(/=.*/, '').split('/');
  if (value === undefined) return;
  // Files do not tell an interface's value of a kernel variable.
  const name = names.find((one) => variable !== '' || globPattern(value).test(one));
  if (name === undefined) return;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot edit ${path}: line ${number}: the pattern "${word}" ${variable === '' ? 'brings' : 'may bring'} ${name} up`,
    {
      hint: 'nothing was changed; name the interfaces that are to come up, or keep the public one with --public-interface keep',
    },
  );
}

/** Refuses the edit if a bare keyword would join the stanza before it because the line between them is disabled. */
function refuseCapture({ path, entries }: InterfacesFile, off: ReadonlySet<Entry>): void {
  let [isOpen, willBeOpen] = [false, false];
  for (const entry of entries) {
    const { kind, word, number } = entry;
    if (kind === 'blank' || kind === 'option') continue;
    if (isBare(entry)) {
      if (isOpen === willBeOpen) continue;
      throw new RcWaitError(
        'NETWORK_FILE',
        `cannot edit ${path}: line ${number}: "${word}" names no interface`,
        {
          hint: 'nothing was changed; take the line out',
        },
      );
    }
    isOpen = kind === 'iface';
    if (!off.has(entry)) willBeOpen = isOpen;
  }
}

/** Which interfaces are stacked on which, by the options of ifupdown, vlan, ifenslave and bridge-utils. */
function stackedLinksOf({ stanzas }: InterfacesTree): StackedLink[] {
  return stanzas.flatMap(({ name, effective, file: { path } }) => {
    const own = interfaceOfLabel(name);
    const named = (option: RegExp) =>
      effective
        .filter(({ word }) => option.test(word))
        .flatMap(namesIn)
        .filter((word) => word !== 'none' && word !== own);
    const lowers = named(/^(vlan[-_]raw[-_]device|(bond[-_])?slaves|bridge[-_]ports)$/);
    const uppers = named(/^bond[-_]master$/);
    return [
      ...impliedBy([own], path),
      ...lowers.map((lower) => ({ upper: own, lower, path, isPort: false })),
      ...uppers.map((upper) => ({ upper, lower: own, path, isPort: true })),
    ];
  });
}
