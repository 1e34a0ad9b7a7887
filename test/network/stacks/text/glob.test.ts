import { describe, expect, it } from 'vitest';
import {
  componentsOf,
  globPattern,
  hasWildcard,
  matchesGlob,
} from '../../../../src/network/stacks/text/glob.ts';

describe('a glob', () => {
  it.each([
    ['*.yaml', '50-cloud-init.yaml', true],
    ['*.yaml', '.hidden.yaml', false],
    ['*', '.eth0', false],
    ['?th0', 'eth0', true],
    ['eth?', 'eth10', false],
    ['e[nt]*', 'enp3s0', true],
    ['e[!n]*', 'enp3s0', false],
    ['e[^n]*', 'eth0', true],
    ['[.]x', '.x', false],
    ['eth0.100', 'eth0x100', false],
    ['a+b(c)', 'a+b(c)', true],
    ['[', '[', true],
    ['x[]', 'x[]', true],
    ['a[\\]', 'a\\', true],
  ])('%s on %s: %s', (glob, name, expected) => {
    expect(globPattern(glob).test(name)).toBe(expected);
  });

  it('matches a path component by component', () => {
    expect(matchesGlob('/etc/network/interfaces.d/eth0', '/etc/network/interfaces.d/*')).toBe(true);
    expect(matchesGlob('/etc/network/interfaces.d/a/eth0', '/etc/network/interfaces.d/*')).toBe(false);
    expect(matchesGlob('/etc/netplan/x', '/etc/./netplan//x')).toBe(true);
  });

  it('has wildcards or not', () => {
    expect(['a*', 'a?', '[a]', 'a'].map(hasWildcard)).toEqual([true, true, true, false]);
    expect(componentsOf('/a//b/./c')).toEqual(['a', 'b', 'c']);
  });
});
