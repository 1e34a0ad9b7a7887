import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { deadManUnit, noDeadMan, systemdDeadMan } from '../../../src/network/change/deadman.ts';
import type { Finished, Run } from '../../../src/system/tool.ts';
import { transientArguments } from '../../../src/systemd/transient.ts';

function systemd(answer: (line: string) => Partial<Finished> = () => ({})) {
  const ran: string[] = [];
  const run: Run = async ({ argv }) => {
    const line = argv.join(' ');
    ran.push(line);
    return { ok: true, how: 'exit status 0', output: '', ...answer(line) };
  };
  return { ran, deadMan: systemdDeadMan(run, ['/usr/bin/node', '/main', 'network', 'recover']) };
}

/** A command line without its sandbox. */
const bare = (line: string) => line.replace(/ --property=[A-Z].*?(?= --)/g, '');

it('a timer is armed in the place of the one before, and runs the recovery', async () => {
  const { ran, deadMan } = systemd();
  expect(await deadMan.arm(90_500)).toBeUndefined();
  expect(ran.map(bare)).toEqual([
    `systemctl --quiet stop ${deadManUnit}.timer ${deadManUnit}.service`,
    `systemctl --quiet reset-failed ${deadManUnit}.service`,
    `systemd-run --collect --quiet --unit=${deadManUnit} --description=Roll back the network change of an rc-wait that did not finish --on-active=91s --timer-property=AccuracySec=1s -- /usr/bin/node /main network recover`,
  ]);
});

it('the recovery may do no more than any other service that changes the network', async () => {
  const { ran, deadMan } = systemd();
  await deadMan.arm(1_000);
  const words = transientArguments('', ['x']).filter((word) => word.startsWith('--property='));
  expect(words.length).toBeGreaterThan(10);
  for (const word of words) expect(ran.at(-1)).toContain(` ${word} `);
});

it('and may put back files that a link below /etc leads to', async () => {
  const folder = realpathSync(mkdtempSync('/var/tmp/rc-wait-deadman-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(`${folder}/real`);
  symlinkSync(`${folder}/real`, `${folder}/link`);
  writeFileSync(`${folder}/real/file`, '');
  const { ran, deadMan } = systemd();
  await deadMan.arm(1_000, [`${folder}/link/file`, '/etc/hostname', `${folder}/with space/x`]);
  expect(ran.at(-1)?.match(/--property=ReadWritePaths=-\S+/g)).toEqual([
    `--property=ReadWritePaths=-${folder}/real`,
    `--property=ReadWritePaths=-${folder}`,
  ]);
});

it('an old systemd that knows no such sandbox gets the timer without it', async () => {
  const { ran, deadMan } = systemd((line) => ({ ok: !line.includes('--property=') }));
  expect(await deadMan.arm(1_000)).toBeUndefined();
  expect(ran.at(-1)).toMatch(/^systemd-run --collect --quiet /);
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
