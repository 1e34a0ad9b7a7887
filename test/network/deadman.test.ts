import { expect, it } from 'vitest';
import { deadManUnit, noDeadMan, systemdDeadMan } from '../../src/network/deadman.ts';
import type { Finished, Run } from '../../src/network/run.ts';

function systemd(answer: (line: string) => Partial<Finished> = () => ({})) {
  const ran: string[] = [];
  const run: Run = async ({ argv }) => {
    const line = argv.join(' ');
    ran.push(line);
    return { ok: true, how: 'exit status 0', output: '', ...answer(line) };
  };
  return { ran, deadMan: systemdDeadMan(run, ['/usr/bin/node', '/main', 'network', 'recover']) };
}

it('a timer is armed in the place of the one before, and runs the recovery', async () => {
  const { ran, deadMan } = systemd();
  expect(await deadMan.arm(90_500)).toBeUndefined();
  expect(ran).toEqual([
    `systemctl --quiet stop ${deadManUnit}.timer ${deadManUnit}.service`,
    `systemctl --quiet reset-failed ${deadManUnit}.service`,
    `systemd-run --collect --quiet --unit=${deadManUnit} --description=Put the network back, since rc-wait did not end --on-active=91s --timer-property=AccuracySec=1s -- /usr/bin/node /main network recover`,
  ]);
});

it('an old systemd knows no --collect', async () => {
  const { ran, deadMan } = systemd((line) => ({ ok: !line.includes('--collect') }));
  expect(await deadMan.arm(1_000)).toBeUndefined();
  expect(ran.at(-1)).toMatch(/^systemd-run --quiet /);
});

it('a timer that cannot be armed is said', async () => {
  const { deadMan } = systemd((line) =>
    line.startsWith('systemd-run') ? { ok: false, how: 'exit status 1', output: 'no bus\n' } : {},
  );
  expect(await deadMan.arm(1_000)).toBe('systemd-run: exit status 1: no bus');
});

it('it is disarmed without a word to the service, which may be the one that says so', async () => {
  const { ran, deadMan } = systemd();
  await deadMan.disarm();
  expect(ran).toEqual([`systemctl --quiet stop ${deadManUnit}.timer`]);
});

it('where there is none nothing is armed', async () => {
  expect(await noDeadMan.arm(1)).toBeUndefined();
  expect(await noDeadMan.disarm()).toBeUndefined();
});
