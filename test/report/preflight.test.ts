import { describe, expect, it } from 'vitest';
import { checkIds, type PreflightFinding } from '../../src/preflight/finding.ts';
import { exitOfPreflight, humanPreflight, preflightDocument } from '../../src/report/preflight.ts';
import { widthOf } from '../../src/report/words.ts';
import { faultsIn, schemaNamed } from './schema.ts';

const pass: PreflightFinding = { id: 'nfs', level: 'PASS', line: '/etc/fstab: no NFS', reason: 'none is' };
const fail: PreflightFinding = {
  id: 'ssh-root-login',
  level: 'FAIL',
  line: '/etc/ssh/sshd_config:12: PermitRootLogin no',
  reason: 'RackConnect logs in by SSH as root, with the password that the server was built with: root cannot',
  remedy: 'PermitRootLogin yes, until the automation is DEPLOYED',
};
const skip: PreflightFinding = {
  id: 'packet-filter',
  level: 'SKIP',
  reason: 'cannot be looked at: not root',
};

describe('the text of a preflight', () => {
  it('has for each finding its level, its line, its meaning and the way out, and an end', () => {
    expect(humanPreflight([fail, pass, skip])).toBe(`FAIL  ssh-root-login
      /etc/ssh/sshd_config:12: PermitRootLogin no
      RackConnect logs in by SSH as root, with the password that the server was
      built with: root cannot
      do: PermitRootLogin yes, until the automation is DEPLOYED
PASS  nfs
      /etc/fstab: no NFS
      none is
SKIP  packet-filter
      cannot be looked at: not root

1 cause of a FAILED automation; 1 thing could not be looked at.
`);
  });

  it('has no line of more than 80 columns, also of wide characters, and breaks none of them', () => {
    const line = `/etc/ssh/${'漢字𠀀'.repeat(40)}:1: Port 22`;
    const lines = humanPreflight([{ ...fail, line }]).split('\n');
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80);
    expect(lines.map((one) => one.trim()).join('')).toContain('漢字𠀀'.repeat(40));
  });

  it('says what it found in all: nothing, warnings, both', () => {
    const last = (...findings: PreflightFinding[]) => humanPreflight(findings).split('\n\n').at(-1);
    expect(last(pass)).toBe('No documented cause of a FAILED automation is found.\n');
    expect(last(pass, { ...fail, level: 'WARN' })).toBe('1 warning of a FAILED automation.\n');
    expect(last(fail, fail, { ...fail, level: 'WARN' })).toBe(
      '2 causes and 1 warning of a FAILED automation.\n',
    );
  });

  it('fits 80 columns and cannot move the cursor, whatever a file says', () => {
    const line = `/etc/fstab:1: ${'x'.repeat(200)} \u001b[2J${'word '.repeat(40)}`;
    const text = humanPreflight([{ ...fail, line }]);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).not.toContain('\u001b');
  });
});

describe('the document of a preflight', () => {
  it('is what its schema says, for every level and check', () => {
    const findings = checkIds.flatMap((id) => [pass, fail, skip].map((one) => ({ ...one, id })));
    expect(faultsIn('preflight')(preflightDocument(findings, '/'))).toEqual([]);
    expect(preflightDocument([skip], '/mnt')).toEqual({
      schema: 'rc-wait/preflight/v1',
      root: '/mnt',
      passed: true,
      findings: [{ ...skip, line: null, remedy: null }],
    });
  });

  it('has a check for each name of the schema, and the other way round', () => {
    expect(JSON.stringify(schemaNamed('preflight'))).toContain(`"enum":${JSON.stringify(checkIds)}`);
  });
});

it('the exit status is that of a wait that FAILED where there is a FAIL, and 0 else', () => {
  expect(exitOfPreflight([pass, skip, { ...fail, level: 'WARN' }])).toBe(0);
  expect(exitOfPreflight([pass, fail])).toBe(1);
});
