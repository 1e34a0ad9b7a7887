import type { BootObstacle, InterfaceRef, NetworkFile } from '../../types.ts';
import { globPattern } from '../text/glob.ts';
import { readShellFile, valueIn } from '../text/shell.ts';
import { commandOptions } from './edit.ts';
import { type Entry, selectsInterfaces } from './file.ts';
import { type InterfacesTree, isInetOf, type ResolvedStanza, readTree } from './tree.ts';

/** Settings of networking.service: which interfaces "ifup -a" leaves out. */
export const bootSettingsPath = '/etc/default/networking';

/** Whether a line brings an interface up; `maybe` if that depends on facts in no file. */
type Verdict = 'yes' | 'maybe' | 'no';

/** A line that may bring the interface up. */
interface Selection {
  readonly word: string;
  readonly verdict: Verdict;
  readonly path: string;
  readonly line: number;
}

/**
 * What keeps ifupdown from bringing an interface up at boot (interfaces(5), INTERFACE SELECTION): "ifup -a" of
 * networking.service takes `auto` alone, and udev `allow-hotplug`.
 */
export function ifupdownObstacles(files: readonly NetworkFile[], target: InterfaceRef): BootObstacle[] {
  const tree = readTree(files);
  const home = tree.stanzas.find((stanza) => isInetOf(stanza, target.interfaceName));
  if (home === undefined) return [];
  const selections = selectionsOf(tree, target);
  const byBoot = selections.filter(({ word }) => isAuto(word));
  const byUdev = selections.filter(({ word }) => word === 'allow-hotplug');
  const left = leftOut(files, target.interfaceName);
  const isSure = ({ verdict }: Selection) => verdict === 'yes';
  if (byUdev.some(isSure)) return left?.isDefaultPrefix ? [{ ...left, isCertain: false }] : [];
  if (byBoot.some(isSure)) return left === undefined ? [] : [left];
  return [lacking(home, selections, tree, target)];
}

/** The obstacle for an interface that no line brings up for certain. */
function lacking(
  { head, file }: ResolvedStanza,
  selections: readonly Selection[],
  tree: InterfacesTree,
  { interfaceName }: InterfaceRef,
): BootObstacle {
  const way = `write "auto ${interfaceName}" above that line`;
  const place = `${file.path}, line ${head.number}`;
  const [unsure] = selections;
  if (unsure !== undefined) {
    const where = `${unsure.path}, line ${unsure.line}`;
    const reason = `only "${unsure.word}" in ${where}, may bring ${interfaceName} up at boot, and the files do not tell whether it does`;
    return {
      reason,
      way: `write "auto ${interfaceName}" above line ${head.number} of ${file.path}`,
      isCertain: false,
    };
  }
  const isStarted = isStartedByOthers(tree, interfaceName);
  const reason = `nothing brings ${interfaceName} up at boot: ${place}, defines it, but no line has "auto ${interfaceName}" or "allow-hotplug ${interfaceName}"`;
  return { reason, way, isCertain: !isStarted };
}

function selectionsOf({ files, stanzas }: InterfacesTree, target: InterfaceRef): Selection[] {
  const listed = files.flatMap(({ path, entries }) =>
    entries.filter(isSelection).flatMap((entry) =>
      entry.rest
        .split(/\s+/)
        .filter((word) => word !== '')
        .map((word) => ({ ...placeOf(path, entry), verdict: verdictOn(word, target) })),
    ),
  );
  const bare = stanzas
    .filter((stanza) => isInetOf(stanza, target.interfaceName))
    .flatMap((stanza) => stanza.bare.filter(isSelection).map((entry) => placeOf(stanza.file.path, entry)));
  const all = [...listed, ...bare.map((one) => ({ ...one, verdict: 'yes' as const }))];
  // Classes other than auto and hotplug come up only if a program asks for them: "ifup --allow=CLASS".
  return all
    .filter(({ verdict }) => verdict !== 'no')
    .map((one) => (isAuto(one.word) || one.word === 'allow-hotplug' ? one : { ...one, verdict: 'maybe' }));
}

function placeOf(path: string, { word, number }: Entry) {
  return { word, path, line: number };
}

function isSelection({ kind, word }: Entry): boolean {
  return kind === 'keyword' && selectsInterfaces(word);
}

function isAuto(word: string): boolean {
  return word === 'auto' || word === 'allow-auto';
}

/** Judges a word such as `eth1`, `eth1=eth1`, `/eth*`, `/eth*` with `/1` behind it, or `mac/bc:76:4e:20:6c:5b`. */
function verdictOn(word: string, { interfaceName, macAddress }: InterfaceRef): Verdict {
  const [selected = '', logical] = word.split('=', 2);
  // With another logical name the stanza of that name is used.
  if (logical !== undefined && logical !== interfaceName) return 'no';
  const [variable = '', value, options] = selected.split('/');
  if (value === undefined) return selected === interfaceName ? 'yes' : 'no';
  if (variable === '') {
    if (!globPattern(value).test(interfaceName)) return 'no';
    // `/eth*/1` is the first of those that match.
    return options === undefined ? 'yes' : 'maybe';
  }
  if ((variable !== 'mac' && variable !== 'address') || macAddress === undefined) return 'maybe';
  return globPattern(value.toLowerCase()).test(macAddress.toLowerCase()) ? 'yes' : 'no';
}

/** What networking.service leaves out; CONFIGURE_INTERFACES=no leaves out everything. */
function leftOut(
  files: readonly NetworkFile[],
  interfaceName: string,
): (BootObstacle & { readonly isDefaultPrefix: boolean }) | undefined {
  const file = files.find(({ path }) => path === bootSettingsPath);
  if (file === undefined) return undefined;
  const settings = readShellFile(file);
  const obstacle = (key: string, isDefaultPrefix: boolean) => ({
    reason: `nothing brings ${interfaceName} up at boot: ${file.path} says ${key}=${valueIn(settings, key)}`,
    way: isDefaultPrefix ? `take ${key}= out there` : `take ${interfaceName} out of ${key}= there`,
    isCertain: true,
    isDefaultPrefix,
  });
  if (valueIn(settings, 'CONFIGURE_INTERFACES') === 'no') return obstacle('CONFIGURE_INTERFACES', true);
  const excluded = (valueIn(settings, 'EXCLUDE_INTERFACES') ?? '')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const isExcluded = excluded.some((glob) => globPattern(glob).test(interfaceName));
  return isExcluded ? obstacle('EXCLUDE_INTERFACES', false) : undefined;
}

/** Whether a command of another stanza, or a port with `bond-master`, may bring the interface up. */
function isStartedByOthers({ stanzas }: InterfacesTree, interfaceName: string): boolean {
  return stanzas.some(({ name, effective }) =>
    effective.some(({ word, rest }) => {
      const words = rest.split(/[\s;&|"']+/);
      const isNamed = name !== interfaceName && words.includes(interfaceName);
      if (/^bond[-_]master$/.test(word)) return isNamed;
      return commandOptions.has(word) && isNamed && words.some((one) => /(^|\/)ifup$/.test(one));
    }),
  );
}
