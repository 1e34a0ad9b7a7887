import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { describeBuilt } from './built.ts';
import { describeInstall } from './install.ts';
import { makePackages, type Packages } from './packages.ts';
import { describeRpm } from './rpm.ts';

// One file: the packages are built twice for all of these tests, which takes longer than some of them.
let made: Packages;
let again: Packages;

beforeAll(async () => {
  const otherwise = { umask: '077', env: { TZ: 'Asia/Tokyo', LC_ALL: 'C.UTF-8', HOME: '/nonexistent' } };
  [made, again] = await Promise.all([makePackages(), makePackages(otherwise)]);
});

afterAll(() => {
  for (const { folder } of [made, again]) rmSync(folder, { recursive: true, force: true });
});

describeInstall(() => made);
describeRpm(() => made);
describeBuilt(
  () => made,
  () => again,
);
