import { expect, it } from 'vitest';
import {
  type Made,
  type ReleaseFile,
  releaseText,
  sumsText,
} from '../../../scripts/packaging/release/tell.ts';

const file = (name: string, bytes = 1_500_000): ReleaseFile => ({ name, bytes, sha256: '0'.repeat(64) });
const commit = '0123456789abcdef0123456789abcdef01234567';
const made: Made = {
  version: '0.2.0',
  folder: 'packages/0.2.0',
  commit,
  files: [
    file('NOTES.md', 2_000),
    file('rc-wait-0.2.0-image-amd64.tar.gz', 45_000_000),
    file('rc-wait-0.2.0.tgz'),
  ],
  faults: [],
};

it('SHA256SUMS has a line for each file, as sha256sum --check reads it, sorted by name', () => {
  const files = [
    { name: 'b.deb', bytes: 1, sha256: '1'.repeat(64) },
    { name: 'a.rpm', bytes: 1, sha256: '2'.repeat(64) },
  ];
  expect(sumsText(files)).toBe(`${'2'.repeat(64)}  a.rpm\n${'1'.repeat(64)}  b.deb\n`);
});

it('a release says which files there are, that nothing was published, and what would publish it', () => {
  expect(releaseText(made)).toBe(`Release 0.2.0, commit 0123456789ab, in packages/0.2.0:

  NOTES.md                            2.0 kB
  rc-wait-0.2.0-image-amd64.tar.gz   45.0 MB
  rc-wait-0.2.0.tgz                   1.5 MB

Nothing was published. These commands would publish it:

  git tag --annotate --cleanup=verbatim --file packages/0.2.0/NOTES.md v0.2.0 ${commit}
  git push origin v0.2.0
  npm publish packages/0.2.0/rc-wait-0.2.0.tgz
  docker load --input packages/0.2.0/rc-wait-0.2.0-image-amd64.tar.gz
  docker tag rc-wait:0.2.0 REGISTRY/rc-wait:0.2.0
  docker push REGISTRY/rc-wait:0.2.0

The page of the tag v0.2.0 gets the text of NOTES.md and all the other files.
`);
});

it('a release without an image names no command for one', () => {
  expect(releaseText({ ...made, files: [file('rc-wait-0.2.0.tgz')] })).not.toContain('docker');
});

it('a rehearsal says why its files are not for publication, and names no command', () => {
  const text = releaseText({ ...made, commit: undefined, faults: ['not committed: src/main.ts'] });
  expect(text).toMatch(/^Rehearsal of 0\.2\.0, commit unknown, in /);
  expect(text).toMatch(
    /\nNot for publication:\n {2}not committed: src\/main\.ts\n\nNothing was published\.\n$/,
  );
  expect(text).not.toMatch(/git tag|git push|npm publish/);
});
