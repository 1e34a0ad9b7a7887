import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLoginNotice } from '../../../src/app/wait/under-way.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { bootId } from '../../../src/system/boot.ts';
import { thisOwner } from '../../../src/system/process-identity.ts';
import { scratch } from '../../cli/harness.ts';

const atWork = { phase: 'automation', status: 'DEPLOYING' } as const;

/** A notice in a state directory of its own. */
function begun(firstMs = systemClock.nowMs()) {
  const stateDir = scratch();
  const folder = join(stateDir, 'under-way');
  const file = join(folder, `${process.pid}`);
  const failures: string[] = [];
  const notice = openLoginNotice(stateDir, firstMs, { debug: (text) => failures.push(text) });
  return { stateDir, folder, file, failures, notice };
}

describe('what logins are told', () => {
  it('is a file that everybody can read while the status is DEPLOYING, and goes at the end', () => {
    const { notice, folder, file, failures } = begun();
    expect(existsSync(folder)).toBe(false);
    notice.see(atWork);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(statSync(folder).mode & 0o777).toBe(0o755);
    expect(readFileSync(file, 'utf8')).toMatch(
      new RegExp(`^DEPLOYING \\d+ ${thisOwner().started} ${bootId()}\n$`),
    );
    notice.end();
    expect(readdirSync(folder)).toEqual([]);
    notice.end();
    expect(failures).toEqual([]);
  });

  it('has the first start of a wait that was started again', () => {
    const earlier = systemClock.nowMs() - 10_000;
    const { notice, file } = begun(earlier);
    const uptimeS = (): number => Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
    // However long this test or the code in it is interrupted. /proc/uptime has hundredths, the file whole seconds.
    const before = { uptimeS: uptimeS(), waitedS: (systemClock.nowMs() - earlier) / 1000 };
    notice.see(atWork);
    const after = { uptimeS: uptimeS(), waitedS: (systemClock.nowMs() - earlier) / 1000 };
    const began = Number(readFileSync(file, 'utf8').split(' ')[1]);
    expect(began).toBeGreaterThanOrEqual(Math.floor(before.uptimeS - after.waitedS));
    expect(began).toBeLessThanOrEqual(after.uptimeS - before.waitedS + 0.01);
  });

  it.each([
    ['an undocumented status, whose word is from outside', 'automation', '\u001b]0;x\u0007'],
    ['DEPLOYED', 'automation', 'DEPLOYED'],
    ['FAILED', 'automation', 'FAILED'],
    ['no status yet', 'automation', undefined],
    ['what comes after DEPLOYED', 'gateway', 'DEPLOYING'],
  ] as const)('is nothing about %s', (_name, phase, status) => {
    const { notice, file } = begun();
    notice.see({ phase, status });
    expect(existsSync(file)).toBe(false);
    notice.see(atWork);
    expect(existsSync(file)).toBe(true);
    notice.see({ phase, status });
    expect(existsSync(file)).toBe(false);
  });

  it('keeps nothing of waits that were killed, and leaves those that run alone', () => {
    const { notice, folder } = begun();
    mkdirSync(folder);
    // Above the largest pid of Linux, 2^22.
    const gone = ['999999999', '.999999999.0123456789abcdef'];
    const others = [`${process.ppid}`, 'a file of somebody else'];
    for (const name of [...gone, ...others]) writeFileSync(join(folder, name), '');
    notice.see(atWork);
    expect(readdirSync(folder).sort()).toEqual([...others, `${process.pid}`].sort());
  });

  it('that cannot be written is said to those who debug, and decides nothing', async () => {
    const { notice, folder, failures } = begun();
    writeFileSync(folder, '');
    await notice.see(atWork);
    await notice.see(atWork);
    await notice.end();
    expect(failures.length).toBeGreaterThan(0);
    expect(failures[0]).toMatch(/^cannot tell logins about this wait in .*\/under-way\/\d+: /);
  });
});
