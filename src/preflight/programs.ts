import type { PreflightFinding } from './finding.ts';

/** The programs that the automation runs on the server. */
export const neededPrograms = ['sed', 'awk', 'ip'] as const;

const packages: Readonly<Record<(typeof neededPrograms)[number], string>> = {
  sed: 'sed',
  awk: 'mawk or gawk',
  ip: 'iproute2 (RHEL: iproute)',
};

/** Whether the programs are there. @param paths where each is found; undefined: nowhere */
export function checkPrograms(
  paths: Readonly<Record<(typeof neededPrograms)[number], string | undefined>>,
): readonly PreflightFinding[] {
  const id = 'programs';
  const missing = neededPrograms.filter((program) => paths[program] === undefined);
  if (missing.length === 0) {
    const line = neededPrograms.map((program) => paths[program]).join(', ');
    return [{ id, level: 'PASS', line, reason: 'the automation runs sed, awk and ip: they are there' }];
  }
  return missing.map((program) => ({
    id,
    level: 'FAIL',
    line: `${program}: in no folder of the PATH`,
    reason: `the automation runs ${program}: it is missing`,
    remedy: `install the package ${packages[program]}`,
  }));
}
