import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkRoot, mayConfigure, requireRoot } from '../../src/app/root.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('--root', () => {
  it('may be any directory', () => {
    expect(() => checkRoot('/')).not.toThrow();
    expect(() => checkRoot('.')).not.toThrow();
  });

  it.each([
    ['', 'cannot use --root "": no such file or directory'],
    ['/nonexistent', 'cannot use --root /nonexistent: no such file or directory'],
    ['/dev/null', 'cannot use --root /dev/null: it is not a directory'],
    ['/dev/null/x', 'cannot use --root /dev/null/x: a part of the path is not a directory'],
  ])('cannot be %s', (root, message) => {
    expect(() => checkRoot(root)).toThrowError(expect.objectContaining({ code: 'CONFIGURATION', message }));
  });
});

describe('the network of the running system', () => {
  it('is for root', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(0);
    expect(mayConfigure('/')).toBe(true);
    expect(() => requireRoot('/')).not.toThrow();
  });

  it.each(['/', '//', '/etc/..'])('is for nobody else, however it is written: %s', (root) => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    expect(mayConfigure(root)).toBe(false);
    expect(() => requireRoot(root)).toThrowError(
      expect.objectContaining({
        code: 'PERMISSION',
        message: 'cannot configure the network: root is needed',
      }),
    );
  });

  it('is not meant by another root', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    expect(() => requireRoot('/mnt')).not.toThrow();
  });
});
