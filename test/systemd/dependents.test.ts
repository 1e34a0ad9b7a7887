import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';

const script = readFileSync(new URL('../../systemd/dependents', import.meta.url), 'utf8');

interface Machine {
  /** the lines of `systemctl list-jobs` */
  readonly jobs?: readonly string[];
  /** of each unit that requires the target what `systemctl show` says, beyond what one that was never begun has */
  readonly units?: Readonly<Record<string, string>>;
  /** what an earlier failure has noted; left out: there was none */
  readonly noted?: string;
  /** how the service has ended */
  readonly result?: string;
}

/** Runs the script on a machine whose systemctl answers so; what it started, said and noted. */
function ran(verb: 'note' | 'start', { jobs = [], units = {}, noted, result = 'exit-code' }: Machine) {
  const folder = scratch();
  const file = join(folder, 'dependents.noted');
  if (noted !== undefined) writeFileSync(file, noted);
  const never = 'Result=success\nInactiveExitTimestampMonotonic=0\nConditionTimestampMonotonic=0\n';
  const shown = Object.entries(units).map(
    ([name, more]) =>
      `Id=${name}\nActiveState=inactive\n${never}RequiredBy=\n${more.includes('WantedBy=') ? '' : 'WantedBy=multi-user.target\n'}${more}`,
  );
  writeFileSync(join(folder, 'shown'), shown.join('\n\n'));
  writeFileSync(join(folder, 'jobs'), jobs.map((job) => `${job}\n`).join(''));
  writeFileSync(
    join(folder, 'systemctl'),
    `#!/bin/sh
case "$*" in
*RequiredBy,RequisiteOf,BoundBy*rackconnect-deployed.target*) echo '${Object.keys(units).join(' ')}' ;;
*RequiredBy,RequisiteOf,BoundBy*) echo ;;
show*) cat ${folder}/shown ;;
list-jobs*) cat ${folder}/jobs ;;
'is-active --quiet multi-user.target') ;;
is-active*) exit 3 ;;
*) echo "$*" >>${folder}/done ;;
esac
`,
  );
  chmodSync(join(folder, 'systemctl'), 0o755);
  writeFileSync(join(folder, 'dependents'), script.replace('/run/rc-wait/dependents', file));
  const said = execFileSync('/bin/sh', [join(folder, 'dependents'), verb], {
    env: { PATH: `${folder}:/usr/bin:/bin`, SERVICE_RESULT: result },
    encoding: 'utf8',
  });
  const read = (path: string) =>
    existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : undefined;
  return { said, done: read(join(folder, 'done')), noted: read(file) };
}

const waits = [
  '12 web.service start waiting',
  '13 rc-wait.service start running',
  '14 other.service start waiting',
];

describe('what waits for the service', () => {
  it.each(['exit-code', 'timeout', 'signal', 'protocol', 'start-limit-hit'])(
    'is noted when it ends with the result %s, beside what was noted before',
    (result) => {
      const units = { 'web.service': '' };
      expect(ran('note', { jobs: waits, units, result, noted: 'old.service\n' }).noted).toEqual([
        'old.service',
        'web.service',
      ]);
    },
  );

  it('is forgotten when the owner stops the service, and not over a restart by him', () => {
    expect(ran('note', { result: 'success', noted: 'web.service\n' }).noted).toBeUndefined();
    const restart = {
      result: 'success',
      noted: 'web.service\n',
      jobs: ['7 rc-wait.service restart waiting'],
    };
    expect(ran('note', restart).noted).toEqual(['web.service']);
  });

  it('is left to systemd where nothing has failed', () => {
    expect(ran('start', { units: { 'web.service': '' } })).toEqual({
      said: '',
      done: undefined,
      noted: undefined,
    });
  });

  it('is started once the service has succeeded, and that is said', () => {
    const units = {
      // Noted, though it ran before.
      'noted.service': 'InactiveExitTimestampMonotonic=9\n',
      // Not noted: what the boot wants and has never begun.
      'missed.service': '',
      'limited.socket': 'ActiveState=failed\nResult=trigger-limit-hit\nInactiveExitTimestampMonotonic=9\n',
      // These not: it still waits; it was begun; its condition did not hold; it is up; nothing wants it; it failed by itself.
      'waiting.service': 'Job=12\n',
      'stopped.service': 'InactiveExitTimestampMonotonic=9\n',
      'condition.service': 'ConditionTimestampMonotonic=9\n',
      'up.service': 'ActiveState=active\nInactiveExitTimestampMonotonic=9\n',
      'unwanted.service': 'WantedBy=\n',
      'broken.service': 'ActiveState=failed\nResult=exit-code\nInactiveExitTimestampMonotonic=9\n',
    };
    const names = 'limited.socket missed.service noted.service';
    expect(ran('start', { units, noted: 'noted.service\nwaiting.service\nnoted.service\n' })).toEqual({
      said: `starting units that an earlier failure prevented: ${names}\n`,
      done: [`reset-failed ${names}`, `start --no-block ${names}`],
      noted: undefined,
    });
  });

  it('is found also where there was no room to note it', () => {
    const { done } = ran('start', { units: { 'missed.service': '' }, noted: '' });
    expect(done).toContain('start --no-block missed.service');
  });
});
