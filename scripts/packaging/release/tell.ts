import { tagOf } from './ready.ts';

/** A file of a release. */
export interface ReleaseFile {
  readonly name: string;
  readonly bytes: number;
  /** in hexadecimal */
  readonly sha256: string;
}

/** The file SHA256SUMS, as `sha256sum --check` reads it: sorted by name. */
export function sumsText(files: readonly ReleaseFile[]): string {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}

/** What the closing words of a release name. */
export interface Made {
  readonly version: string;
  /** the folder of its files, as it can be typed */
  readonly folder: string;
  /** undefined: the sources have no history, which only a rehearsal allows */
  readonly commit: string | undefined;
  readonly files: readonly ReleaseFile[];
  /** why these files are not for publication; empty for a release */
  readonly faults: readonly string[];
}

/** What was made, and the commands that would publish it. */
export function releaseText(made: Made): string {
  const { version, folder, commit, files, faults } = made;
  const width = Math.max(...files.map(({ name }) => name.length));
  const listed = files.map(({ name, bytes }) => `  ${name.padEnd(width)}  ${sizeText(bytes).padStart(8)}`);
  const title = `${faults.length === 0 ? 'Release' : 'Rehearsal of'} ${version}, commit ${commit?.slice(0, 12) ?? 'unknown'}, in ${folder}:`;
  const end =
    faults.length === 0
      ? publication(made)
      : ['Not for publication:', ...faults.map((fault) => `  ${fault}`), '', 'Nothing was published.'];
  return `${[title, '', ...listed, '', ...end].join('\n')}\n`;
}

function publication({ version, folder, commit, files }: Made): readonly string[] {
  const [tag, named] = [
    tagOf(version),
    (pattern: RegExp) => files.find(({ name }) => pattern.test(name))?.name,
  ];
  const [npm, image] = [named(/\.tgz$/), named(/-image-/)];
  const at = (name: string): string => `${folder}/${name}`;
  return [
    'Nothing was published. These commands would publish it:',
    '',
    `  git tag --annotate --cleanup=verbatim --file ${at('NOTES.md')} ${tag} ${commit}`,
    `  git push origin ${tag}`,
    ...(npm === undefined ? [] : [`  npm publish ${at(npm)}`]),
    ...(image === undefined
      ? []
      : [
          `  docker load --input ${at(image)}`,
          `  docker tag rc-wait:${version} REGISTRY/rc-wait:${version}`,
          `  docker push REGISTRY/rc-wait:${version}`,
        ]),
    '',
    `The page of the tag ${tag} gets the text of NOTES.md and all the other files.`,
  ];
}

const sizeText = (bytes: number): string =>
  bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
