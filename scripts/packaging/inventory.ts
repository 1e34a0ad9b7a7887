import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An npm package that is partly in the bundle, or whose binary is shipped. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** an SPDX expression, from the package itself */
  readonly licence: string;
  /** the text of its licence file, unchanged */
  readonly licenceText: string;
  /** SHA-512 of its archive in hexadecimal, from the lock file */
  readonly sha512: string;
  /** the names of the components it uses, sorted */
  readonly uses: readonly string[];
}

/** The parts of esbuild's `Metafile` that are read here. */
export interface BundleFacts {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string }[] }>>;
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

const ownLicence = join(import.meta.dirname, '../../LICENSE');

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

/** A package with a part in the bundle, before its own files are read. */
interface Part {
  /** its folder below the last node_modules, such as `@pinojs/redact` */
  readonly name: string;
  /** the folder as esbuild names it, from the project's root */
  readonly folder: string;
  readonly uses: readonly string[];
}

/** The package of a file named by esbuild; undefined: the file is the project's own. */
function packageOf(path: string): { name: string; folder: string } | undefined {
  const [, above, name] = /^(.*node_modules\/)((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return above === undefined || name === undefined ? undefined : { name, folder: above + name };
}

/** The packages with at least one byte in the bundle, by name. */
export function partsOf({ inputs, outputs }: BundleFacts): readonly Part[] {
  const parts = new Map<string, { folder: string; uses: Set<string> }>();
  const shipped = new Set(
    Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    ),
  );
  for (const path of shipped) {
    const own = packageOf(path);
    if (own === undefined) continue;
    const part = parts.get(own.name) ?? { folder: own.folder, uses: new Set() };
    if (part.folder !== own.folder)
      throw new Error(`cannot list the bundle: two versions of ${own.name} are in it`);
    parts.set(own.name, part);
    for (const target of inputs[path]?.imports ?? []) {
      const used = packageOf(target.path)?.name;
      if (used !== undefined && used !== own.name && shipped.has(target.path)) part.uses.add(used);
    }
  }
  return [...parts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { folder, uses }]) => ({ name, folder, uses: [...uses].sort() }));
}

/**
 * The npm packages of the bundle.
 * @throws Error when one has no licence or differs from the lock file
 */
export function bundledComponents(facts: BundleFacts, lock: Lock, root: string): readonly Component[] {
  return partsOf(facts).map(({ name, folder, uses }) => component(join(root, folder), { name, uses }, lock));
}

/** The shipped Node: the npm package `name` below `root`. */
export function nodeComponent(name: string, lock: Lock, root: string): Component {
  return component(join(root, 'node_modules', name), { name, uses: [] }, lock);
}

function component(folder: string, { name, uses }: Pick<Part, 'name' | 'uses'>, lock: Lock): Component {
  const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  // `node_modules/a/node_modules/b`, as in the lock file, wherever the outermost folder is.
  const locked = lock.packages[folder.slice(folder.indexOf('node_modules/'))];
  if (locked?.version !== version || locked?.integrity === undefined)
    throw new Error(`cannot list ${name} ${version}: the lock file has ${locked?.version ?? 'none'}`);
  const [, base64 = ''] = /^sha512-(.+)$/.exec(locked.integrity) ?? [];
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  const licenceText =
    file === undefined ? standardText(license, author) : readFileSync(join(folder, file), 'utf8');
  if (licenceText === undefined || typeof license !== 'string')
    throw new Error(`cannot list ${name} ${version}: it has no licence that can be read`);
  const sha512 = Buffer.from(base64, 'base64').toString('hex');
  return { name, version, licence: license, licenceText, sha512, uses };
}

/** The text for a package that names its licence and author but has no licence file, such as @nodable/entities. */
function standardText(licence: unknown, author: unknown): string | undefined {
  if (licence !== 'MIT' || typeof author !== 'string') return undefined;
  // rc-wait's own licence with another holder.
  return readFileSync(ownLicence, 'utf8').replace(/^Copyright.*$/m, () => `Copyright (c) ${author}`);
}
