/** What is known of the sources before a release is made of them. */
export interface Sources {
  /** the version that was asked for */
  readonly version: string;
  /** the version in package.json */
  readonly manifestVersion: string;
  /** the text of CHANGELOG.md */
  readonly changelog: string;
  readonly history: History | { readonly unreadable: string };
}

/** What git says of the sources. */
export interface History {
  /** the commit that is checked out */
  readonly commit: string;
  /** the output of `git status --porcelain` */
  readonly changes: string;
  /** the commit that the tag of this version names; undefined: there is no such tag */
  readonly taggedCommit: string | undefined;
}

/** The tag of a version. */
export const tagOf = (version: string): string => `v${version}`;

/**
 * What is wrong with the version, each with the way out. With such a fault not even a rehearsal is possible: the packages
 * take their version from package.json.
 */
export function versionFaults({
  version,
  manifestVersion,
}: Pick<Sources, 'version' | 'manifestVersion'>): readonly string[] {
  if (!isVersion(version))
    return [`the version "${version}" is not three numbers; write it like this: 0.2.0`];
  if (version === manifestVersion) return [];
  const set = `npm version --no-git-tag-version ${version}`;
  return [`package.json has version ${manifestVersion}, not ${version}; set it by: ${set}`];
}

const isVersion = (text: string): boolean => /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.test(text);

/** What else keeps a release of a version from being made, each with the way out. Empty: nothing does. */
export function sourceFaults(sources: Sources): readonly string[] {
  if (!isVersion(sources.version)) return [];
  return [...changelogFaults(sources), ...historyFaults(sources)];
}

function changelogFaults({ version, changelog }: Sources): readonly string[] {
  const section = sectionOf(changelog, version);
  const write = `write: ## ${version} (YYYY-MM-DD)`;
  if (section === undefined) return [`CHANGELOG.md has no section for ${version}; ${write}`];
  const isDated = /^\d{4}-\d{2}-\d{2}$/.test(section.day ?? '');
  const found = section.day === undefined ? 'no day' : `"${section.day}" in the place of its day`;
  return [
    ...(isDated ? [] : [`section ${version} of CHANGELOG.md has ${found}; ${write}`]),
    ...(section.text === '' ? [`section ${version} of CHANGELOG.md is empty; say what users get`] : []),
  ];
}

function historyFaults({ version, history }: Sources): readonly string[] {
  if ('unreadable' in history)
    return [`git cannot read the history: ${history.unreadable}; release from a clone of the repository`];
  const { commit, changes, taggedCommit } = history;
  const paths = changes.split('\n').filter((line) => line !== '');
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  // Two letters and a space come before each path: git-status(1), "Short Format".
  const named = paths.slice(0, 3).map((line) => line.slice(3));
  const isTaken = taggedCommit !== undefined && taggedCommit !== commit;
  return [
    ...(paths.length === 0
      ? []
      : [`not committed: ${named.join(', ')}${more}; commit it, or put it aside by: git stash -u`]),
    ...(isTaken
      ? [
          `tag ${tagOf(version)} is on another commit, ${taggedCommit.slice(0, 12)}; release a new version, or check that commit out`,
        ]
      : []),
  ];
}

/** A section of a changelog. */
export interface Section {
  /** what its heading has in parentheses */
  readonly day: string | undefined;
  /** what is below its heading */
  readonly text: string;
}

/** The section of a version, whose heading is `## VERSION (DAY)`; undefined if there is none. */
export function sectionOf(changelog: string, version: string): Section | undefined {
  const lines = changelog.split(/\r?\n/);
  const headings = lines.map((line) => /^## (\S+)(?: \((.*)\))?\s*$/.exec(line));
  const at = headings.findIndex((heading) => heading?.[1] === version);
  if (at === -1) return undefined;
  const next = lines.findIndex((line, index) => index > at && line.startsWith('## '));
  const text = lines.slice(at + 1, next === -1 ? undefined : next).join('\n');
  return { day: headings[at]?.[2], text: text.trim() };
}
