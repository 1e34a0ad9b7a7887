import { describe, expect, it } from 'vitest';
import { believed, type Finding, finding, wordsOf } from '../../src/host/finding.ts';

const known = finding<string>('config-drive', { kind: 'known', value: 'ord', where: '/mnt/config/x' });
const absent = finding<string>('cloud-init', { kind: 'absent', why: 'it names no region' });
const unknown = finding<string>('xenstore', { kind: 'unknown', why: 'only root may read xenstore' });

describe('who is believed', () => {
  it('is the first who knows', () => {
    const other = finding<string>('dns', { kind: 'known', value: 'dfw', where: '/etc/resolv.conf' });
    expect(believed([unknown, absent, known, other])).toBe(known);
  });

  it('is nobody where nobody knows', () => {
    expect(believed([unknown, absent])).toBeUndefined();
    expect(believed([])).toBeUndefined();
  });
});

it.each<[Finding<string>, string]>([
  [known, 'the config drive: ord (/mnt/config/x)'],
  [absent, 'cloud-init: it names no region'],
  [unknown, 'xenstore: only root may read xenstore'],
])('says who said what: %s', (one, words) => {
  expect(wordsOf(one)).toBe(words);
});
