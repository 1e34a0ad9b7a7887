import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { describeAnsible } from './ansible.ts';
import { describeBuilt } from './built.ts';
import { describeEnds } from './ends.ts';
import { describeFirstBoot } from './first-boot.ts';
import { describeForeign } from './foreign.ts';
import { describeInstall } from './install.ts';
import { makePackages, type Packages } from './packages.ts';
import { describeRpm } from './rpm.ts';

// One file: the packages are built twice for all of these tests, which takes longer than some of them.
let made: Packages;
let again: Packages;
let home: string;

beforeAll(async () => {
  // rpm leaves a folder in the home of whoever builds.
  home = mkdtempSync(join(tmpdir(), 'rcwait-home-'));
  const otherwise = { umask: '077', env: { TZ: 'Asia/Tokyo', LC_ALL: 'C.UTF-8', HOME: home } };
  [made, again] = await Promise.all([makePackages(), makePackages(otherwise)]);
});

afterAll(() => {
  for (const folder of [made.folder, again.folder, home]) rmSync(folder, { recursive: true, force: true });
});

describeInstall(() => made);
describeFirstBoot(() => made);
describeEnds(() => made);
describeAnsible(() => made);
describeForeign();
describeRpm(() => made);
describeBuilt(
  () => made,
  () => again,
);
