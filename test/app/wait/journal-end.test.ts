import { chmodSync, existsSync, fstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { done, rcWait, scratch, simulator } from '../../cli/harness.ts';

const { play } = await simulator();

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A logger(1) that runs this script in place of the system's; its folder. */
function logger(script: string): string {
  const folder = scratch();
  const path = join(folder, 'logger');
  writeFileSync(path, `#!/bin/sh\ncd ${folder}\n${script}\n`);
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  return folder;
}

const keeps = 'echo "$@" >flags; cat >entry';

/** As in a service: standard error is the stream of the journal. */
function underJournal(): NodeJS.ProcessEnv {
  const { dev, ino } = fstatSync(2, { bigint: true });
  return { JOURNAL_STREAM: `${dev}:${ino}` };
}

const flags = ['wait', '--network', 'off', '--quiet', '--log-format', 'human'];

describe('a wait in a service', () => {
  it('leaves an entry in the journal when it has ended', async () => {
    const folder = logger(keeps);
    const patch = { ...done, outcome: 'FAILED' };
    expect(await rcWait([...flags, ...play(patch).flags], { env: underJournal() })).toMatchObject({
      exit: 1,
    });
    expect(readFileSync(join(folder, 'flags'), 'utf8')).toBe('--journald\n');
    const entry = readFileSync(join(folder, 'entry'), 'utf8');
    expect(entry).toMatch(/^RC_WAIT_OUTCOME=failed$/m);
    expect(entry).toMatch(/^MESSAGE_ID=c87e0dd1421544c988bcf8bd40f66d86$/m);
  });

  it.each([
    ['begin', ['--source-address', 'nonsense']],
    ['be understood', ['--frob']],
  ])('leaves one, too, when it could not %s', async (_name, wrong) => {
    const folder = logger(keeps);
    const { exit } = await rcWait([...flags, ...play(done).flags, ...wrong], { env: underJournal() });
    expect(exit).toBe(64);
    expect(readFileSync(join(folder, 'entry'), 'utf8')).toMatch(/^RC_WAIT_EXIT_STATUS=64$/m);
  });

  it.each([
    ['fails', 'exit 1'],
    ['hangs', 'sleep 3600'],
  ])('ends as it would where logger %s', async (_name, script) => {
    logger(script);
    const { exit, err } = await rcWait([...flags, ...play(done).flags], { env: underJournal() });
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
  });
});

it('a wait by hand leaves nothing in the journal', async () => {
  const folder = logger(keeps);
  await rcWait([...flags, ...play(done).flags], { env: { JOURNAL_STREAM: '1:1' } });
  await rcWait([...flags, ...play(done).flags]);
  expect(existsSync(join(folder, 'entry'))).toBe(false);
});
