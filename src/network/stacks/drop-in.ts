import type { FileChange, NetworkFile } from '../types.ts';
import { nameOf } from './text/glob.ts';
import { offMark } from './text/marks.ts';

/** Sorts after the drop-ins of others (10 to 50), so its settings win. */
export const ownDropIn = '90-rc-wait.conf';

const header = `# Written by rc-wait: the only default route of this server. Changes here are lost.
# To undo it: remove all files of this name; in the other files below
# /etc/systemd/network take away the marks "${offMark}"; then run
# "networkctl reload" and "networkctl reconfigure" with the interfaces' names.
`;

/** Sections of rc-wait's drop-in: their names, and the settings of each. */
export type DropIn = readonly (readonly [name: string, settings: readonly string[]])[];

/** The text of rc-wait's drop-in; undefined if no section has a setting. */
export function dropInText(sections: DropIn): string | undefined {
  const written = sections
    .filter(([, settings]) => settings.length > 0)
    .map(([name, settings]) => `[${name}]\n${settings.map((setting) => `${setting}\n`).join('')}`);
  return written.length === 0 ? undefined : [header, ...written].join('\n');
}

/** The path of rc-wait's drop-in for a unit of networkd. */
export function ownPathOf({ name }: { readonly name: string }): string {
  return `/etc/systemd/network/${name}.d/${ownDropIn}`;
}

/** Creates, rewrites and removes rc-wait's drop-ins until they match `wanted`. */
export function ownChanges(files: readonly NetworkFile[], wanted: ReadonlyMap<string, string>): FileChange[] {
  const own = files.filter(({ path }) => path.startsWith('/etc/') && nameOf(path) === ownDropIn);
  const before = new Map(own.map(({ path, text }) => [path, text]));
  return [...new Set([...wanted.keys(), ...before.keys()])]
    .map((path) => ({ path, before: before.get(path), after: wanted.get(path), mode: 0o644 }))
    .filter((change) => change.before !== change.after);
}
