import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findUnit,
  isEnabled,
  maskOf,
  namesWithDropIns,
  sysvScripts,
  unitPaths,
  wantedUnits,
} from '../../../src/system/units/listing.ts';
import { listUnits } from '../../../src/system/units/read.ts';
import { scratch } from '../../network/scratch.ts';

/** The units of a tree: files by path; a path that ends with "@@" is a symbolic link to the text. */
function units(tree: Readonly<Record<string, string>>) {
  const links = Object.entries(tree).filter(([path]) => path.endsWith('@@'));
  const root = scratch(Object.fromEntries(Object.entries(tree).filter(([path]) => !path.endsWith('@@'))));
  for (const [path, target] of links) {
    const place = join(root, path.slice(0, -2));
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place);
  }
  return listUnits(root);
}

const etc = '/etc/systemd/system';
const run = '/run/systemd/system';
const usr = '/usr/lib/systemd/system';
const wants = `${etc}/multi-user.target.wants`;

describe('a unit is read from', () => {
  it('the first folder that has it, and its template', async () => {
    const all = await units({
      [`${usr}/a.service`]: 'x',
      [`${run}/a.service`]: 'x',
      [`${usr}/t@.service`]: 'x',
      [`${usr}/t@b.service`]: 'x',
    });
    expect(unitPaths(all, 'a.service')).toEqual([`${run}/a.service`]);
    expect(unitPaths(all, 't@c.service')).toEqual([`${usr}/t@.service`]);
    expect(unitPaths(all, 't@b.service')).toEqual([`${usr}/t@b.service`]);
    expect(unitPaths(all, 'b.service')).toEqual([]);
  });

  it('a link to /lib as well, where that is itself a link to /usr/lib', async () => {
    const all = await units({
      [`${usr}/ssh.service`]: 'x',
      [`${etc}/sshd.service.d/o.conf`]: 'x',
      [`${etc}/sshd.service@@`]: '/lib/systemd/system/ssh.service',
      '/lib@@': 'usr/lib',
    });
    expect(unitPaths(all, 'ssh.service')).toEqual([`${usr}/ssh.service`, `${etc}/sshd.service.d/o.conf`]);
    expect(findUnit(all, 'sshd.service')).toMatchObject({ path: `${usr}/ssh.service` });
  });

  it('its own name alone, beside other units, their drop-ins and their links', async () => {
    const all = await units({
      [`${usr}/a.socket`]: 'x',
      [`${usr}/a.service`]: 'x',
      [`${usr}/b.service.d/10.conf`]: 'x',
      [`${wants}/a.service@@`]: `${usr}/a.service`,
      [`${etc}/c.service@@`]: `${usr}/a.service`,
    });
    expect(findUnit(all, 'a.socket')).toMatchObject({ names: ['a.socket'] });
    expect(unitPaths(all, 'a.socket')).toEqual([`${usr}/a.socket`]);
    expect(isEnabled(all, 'a.socket')).toBe(false);
  });

  it.each([
    ['/dev/null', '/dev/null'],
    ['/dev/null, relative', '../../../dev/null'],
    ['an empty file', '/etc/empty'],
  ])('nowhere, where an earlier folder has a link to %s', async (_, target) => {
    const all = await units({ [`${etc}/a.service@@`]: target, [`${usr}/a.service`]: 'x', '/etc/empty': '' });
    expect(unitPaths(all, 'a.service')).toEqual([]);
    expect(maskOf(all, 'a.service')).toBe(`${etc}/a.service`);
  });

  it('nowhere, where an earlier folder has an empty file', async () => {
    const all = await units({
      [`${run}/a.service`]: '',
      [`${usr}/a.service`]: 'x',
      [`${wants}/a.service@@`]: 'x',
    });
    expect(maskOf(all, 'a.service')).toBe(`${run}/a.service`);
    expect(isEnabled(all, 'a.service')).toBe(false);
  });

  it('a link out of the folders, under its own name', async () => {
    const all = await units({ [`${etc}/a.service@@`]: '/opt/b.service', '/opt/b.service': 'x' });
    expect(findUnit(all, 'a.service')).toEqual({
      kind: 'found',
      path: `${etc}/a.service`,
      names: ['a.service'],
    });
  });

  it('the unit of which its name is an alias, also that of a template', async () => {
    const all = await units({
      [`${etc}/a.service@@`]: '/usr/lib/systemd/system/b.service',
      [`${usr}/b.service`]: 'x',
      [`${usr}/s@.service@@`]: 't@.service',
      [`${usr}/t@.service`]: 'x',
    });
    expect(unitPaths(all, 'a.service')).toEqual([`${usr}/b.service`]);
    expect(unitPaths(all, 's@1.service')).toEqual([`${usr}/t@.service`]);
    expect(findUnit(all, 's@1.service')).toMatchObject({ names: ['s@1.service', 't@1.service'] });
  });

  it('nowhere, where the unit behind an alias is masked, or aliases go round', async () => {
    const all = await units({
      [`${etc}/a.service@@`]: '../../../usr/lib/systemd/system/b.service',
      [`${run}/b.service@@`]: '/dev/null',
      [`${usr}/b.service`]: 'x',
      [`${etc}/c.service@@`]: 'd.service',
      [`${etc}/d.service@@`]: 'c.service',
    });
    expect(findUnit(all, 'a.service')).toEqual({ kind: 'masked', path: `${run}/b.service` });
    expect(findUnit(all, 'c.service')).toEqual({ kind: 'absent' });
  });

  it('/lib where /usr is not merged, and only once where it is', async () => {
    expect(unitPaths(await units({ '/lib/systemd/system/a.service': 'x' }), 'a.service')).toEqual([
      '/lib/systemd/system/a.service',
    ]);
    const merged = await units({ [`${usr}/a.service`]: 'x', '/lib@@': 'usr/lib' });
    expect(merged.folders.map(({ path }) => path)).toEqual([usr]);
  });
});

describe('the drop-ins of a unit', () => {
  it('come behind it, sorted by their names, whatever their folders', async () => {
    const all = await units({
      [`${usr}/a-b.service`]: 'x',
      [`${usr}/a-b.service.d/20.conf`]: 'x',
      [`${etc}/a-.service.d/30.conf`]: 'x',
      [`${run}/service.d/10.conf`]: 'x',
      '/run/systemd/generator/a-b.service.d/15.conf': 'x',
      [`${etc}/a-b.service.d/no.txt`]: 'x',
    });
    expect(unitPaths(all, 'a-b.service').slice(1)).toEqual([
      `${run}/service.d/10.conf`,
      '/run/systemd/generator/a-b.service.d/15.conf',
      `${usr}/a-b.service.d/20.conf`,
      `${etc}/a-.service.d/30.conf`,
    ]);
  });

  it('of one name: that of the first folder counts, those for all services last; a link to /dev/null hides them', async () => {
    const all = await units({
      [`${usr}/a-b.service`]: 'x',
      [`${usr}/a-b.service.d/1.conf`]: 'x',
      [`${etc}/a-.service.d/1.conf`]: 'x',
      [`${etc}/service.d/2.conf`]: 'x',
      [`${usr}/a-b.service.d/2.conf`]: 'x',
      [`${run}/a-b.service.d/3.conf@@`]: '/dev/null',
      [`${usr}/a-b.service.d/3.conf`]: 'x',
    });
    expect(unitPaths(all, 'a-b.service').slice(1)).toEqual([
      `${etc}/a-.service.d/1.conf`,
      `${usr}/a-b.service.d/2.conf`,
    ]);
  });

  it('are those of its template and of its aliases too', async () => {
    const all = await units({
      [`${usr}/t@.service`]: 'x',
      [`${etc}/t@.service.d/1.conf`]: 'x',
      [`${etc}/t@b.service.d/2.conf`]: 'x',
      [`${etc}/s@.service@@`]: '/usr/lib/systemd/system/t@.service',
      [`${etc}/s@b.service.d/3.conf`]: 'x',
    });
    expect(unitPaths(all, 't@b.service').slice(1)).toEqual([
      `${etc}/t@.service.d/1.conf`,
      `${etc}/t@b.service.d/2.conf`,
      `${etc}/s@b.service.d/3.conf`,
    ]);
  });

  it('of an administrator name units that something may start', async () => {
    const all = await units({
      [`${etc}/a.service.d/1.conf`]: 'x',
      [`${etc}/t@.service.d/1.conf`]: 'x',
      [`${etc}/service.d/1.conf`]: 'x',
      [`${etc}/a-.service.d/1.conf`]: 'x',
      [`${usr}/b.service.d/1.conf`]: 'x',
    });
    expect(namesWithDropIns(all)).toEqual(['a.service']);
  });
});

describe('a boot starts a unit', () => {
  it.each([
    `${wants}/a.service`,
    `${etc}/default.target.requires/a.service`,
    `${run}/timers.target.upholds/a.service`,
    `${usr}/b.service.wants/a.service`,
    '/lib/systemd/system/multi-user.target.wants/a.service',
    '/run/systemd/generator/multi-user.target.wants/a.service',
  ])('by the link %s, whatever that leads to', async (link) => {
    const all = await units({ [`${link}@@`]: '/nowhere/x.service' });
    expect(wantedUnits(all)).toEqual(['a.service']);
    expect(isEnabled(all, 'a.service')).toBe(true);
    expect(isEnabled(all, 'x.service')).toBe(false);
  });

  it('by an alias', async () => {
    const all = await units({
      [`${wants}/a.service@@`]: '/usr/lib/systemd/system/b.service',
      [`${etc}/a.service@@`]: '/usr/lib/systemd/system/b.service',
      [`${usr}/b.service`]: 'x',
    });
    expect(isEnabled(all, 'b.service')).toBe(true);
  });

  it.each([
    ['only a shutdown wants it', { [`${etc}/shutdown.target.wants/a.service@@`]: '../a.service' }],
    [
      'the link is masked in an earlier folder',
      {
        [`${wants}/a.service@@`]: '/dev/null',
        [`${usr}/multi-user.target.wants/a.service@@`]: '../a.service',
      },
    ],
    ['it is masked', { [`${wants}/a.service@@`]: '../a.service', [`${run}/a.service@@`]: '/dev/null' }],
  ])('not where %s', async (_, tree: Readonly<Record<string, string>>) => {
    expect(isEnabled(await units({ [`${usr}/a.service`]: 'x', ...tree }), 'a.service')).toBe(false);
  });

  it.each(['/etc/rc2.d/S01ssh', '/etc/rcS.d/S20ssh', '/etc/rc.d/rc3.d/S10ssh', '/etc/init.d/rc5.d/S03ssh'])(
    'as the script of %s, unless a unit has its name',
    async (link) => {
      const all = await units({ [`${link}@@`]: '../init.d/ssh' });
      expect(isEnabled(all, 'ssh.service')).toBe(true);
      expect(isEnabled(all, 'ssh.socket')).toBe(false);
      expect(sysvScripts(all)).toEqual([
        { name: 'ssh', candidates: ['/etc/init.d/ssh', '/etc/rc.d/init.d/ssh', link] },
      ]);
      const native = await units({ [`${link}@@`]: '../init.d/ssh', [`${usr}/ssh.service`]: 'x' });
      expect(isEnabled(native, 'ssh.service')).toBe(false);
    },
  );
});
