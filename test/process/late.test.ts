import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, scratch, simulator } from '../cli/harness.ts';
import { rcWait, start } from './program.ts';

const { play } = await simulator();

describe.concurrent('what is not there yet when a wait begins', () => {
  it('an interface: it is waited for, and said all the while', async () => {
    const args = ['wait', '--region', 'dfw', '--interface', 'eth99', '--state-dir', scratch()];
    const { exit, out, err } = await rcWait([...args, '--network', 'off', '--timeout', '8s']);
    expect(exit).toBe(69);
    expect(err).toMatch(/^rc-wait: starting: this server has no interface eth99 yet; waited /m);
    expect(out).toMatch(/: this server has no interface eth99\n/);
  });

  it('a name that no interface can have: it is wrong, and 64 at once', async () => {
    const { exit, err } = await rcWait(['wait', '--region', 'dfw', '--interface', '']);
    expect(exit).toBe(64);
    expect(err).toMatch(/^rc-wait: cannot use --interface "": this server has no such interface\n/);
  });

  it('the file of --ca-file: the wait goes on when it comes', async () => {
    const path = join(scratch(), 'ca.pem');
    const program = start(['wait', '--network', 'off', ...play(done).flags, '--ca-file', path]);
    await program.saw(/there is no \S+ca\.pem \(--ca-file\) yet; waiting for it\n/);
    writeFileSync(path, '-----BEGIN CERTIFICATE-----\n');
    const { exit, err } = await program.ended;
    // It is read now, and told for what it is.
    expect({ exit, err }).toMatchObject({ exit: 64, err: expect.stringContaining('--ca-file') });
  });

  it('the file of --ca-file: SIGTERM ends the wait for it', async () => {
    const program = start(['wait', '--network', 'off', ...play(done).flags, '--ca-file', '/nowhere.pem']);
    await program.saw(/waiting for it\n/);
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ exit: 143 });
  });
});
