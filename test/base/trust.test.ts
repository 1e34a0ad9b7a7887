import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { distrust, distrustNearest, rootAlone, rootOrThisUser } from '../../src/base/trust.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rc-wait-trust-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const doubt = (path: string): string | undefined => distrust(path, rootOrThisUser());

describe('what nobody else can change is believed', () => {
  it('a file of this user in a folder of his below /tmp, which has the sticky bit', () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    expect(doubt(path)).toBeUndefined();
  });

  it('by a link of his, relative or not, by the names that the kernel follows', () => {
    const [one, other] = [folder(), folder()];
    mkdirSync(join(other, 'a/b'), { recursive: true });
    symlinkSync(join(other, 'a/b'), join(one, 'link'));
    symlinkSync('link/../b', join(one, 'back'));
    expect(doubt(join(one, 'back'))).toBeUndefined();
    chmodSync(join(other, 'a'), 0o777);
    expect(doubt(join(one, 'back'))).toMatch(/\/a can be written by others than /);
  });
});

describe('what somebody else could change is not', () => {
  it.each<[string, number]>([
    ['that all may write', 0o777],
    ['that its group may write', 0o770],
    ['that all may write, with the sticky bit', 0o1777],
  ])('a folder %s', (_, mode) => {
    const path = folder();
    if (mode === 0o770) chownSync(path, -1, process.getegid?.() ?? 0);
    chmodSync(path, mode);
    const isPrivateGroup =
      mode === 0o770 && process.geteuid?.() !== 0 && process.getegid?.() === process.geteuid?.();
    if (!isPrivateGroup) expect(doubt(path)).toMatch(/ can be written by others than root/);
  });

  it('anything below a folder that all may write, but for one with the sticky bit', () => {
    const path = folder();
    mkdirSync(join(path, 'below'));
    chmodSync(path, 0o1777);
    expect(doubt(join(path, 'below'))).toBeUndefined();
    chmodSync(path, 0o777);
    expect(doubt(join(path, 'below'))).toBe(
      `${path} can be written by others than ${rootOrThisUser().words.replace(' to ', ' ')}`,
    );
  });

  it('what is yet to be made there', () => {
    const path = folder();
    expect(distrustNearest(join(path, 'a/b'), rootOrThisUser())).toBeUndefined();
    chmodSync(path, 0o777);
    expect(distrustNearest(join(path, 'a/b'), rootOrThisUser())).toMatch(/can be written by others/);
  });

  it('links in a circle', () => {
    const path = folder();
    symlinkSync('circle', join(path, 'circle'));
    expect(doubt(join(path, 'circle'))).toMatch(/too many symbolic links$/);
  });

  it.runIf(process.geteuid?.() === 0)(
    'what belongs to another user, be it a link to a file of root’s',
    () => {
      const path = folder();
      symlinkSync('/etc/passwd', join(path, 'link'));
      lchownSync(join(path, 'link'), 65_534, 65_534);
      expect(doubt(join(path, 'link'))).toBe(`${path}/link does not belong to root`);
      writeFileSync(join(path, 'file'), '');
      chownSync(join(path, 'file'), 65_534, 65_534);
      expect(distrust(join(path, 'file'), rootAlone)).toBe(`${path}/file does not belong to root`);
    },
  );
});

it('a path through a file is told by the system', () => {
  expect(() => doubt('/dev/null/file')).toThrow(/ENOTDIR/);
});
