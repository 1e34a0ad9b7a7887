import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, scratch, simulator } from '../cli/harness.ts';
import { fakeXenstore, metadata } from '../support/fake-xenstore.ts';
import { rcWait, start } from './program.ts';

const { play } = await simulator();
const status = metadata('rackconnect_automation_status');

/** A server with a xenstore, as the environment of a program. */
function server() {
  const xenstore = fakeXenstore(scratch());
  return { xenstore, env: { PATH: `${xenstore.bin}:${process.env.PATH ?? ''}` } };
}

describe.concurrent('rc-wait on a server with xenstore', () => {
  it('is done when xenstore says so, without another request, where the API refuses', async () => {
    const { xenstore, env } = server();
    xenstore.set(status, '"DEPLOYING"');
    const program = start(['wait', '--network', 'off', ...play({ unknown: true }).flags], { env });
    // In words of its own where xenstore is read after the answer, as a busy machine may do.
    await program.saw(/^rc-wait: DEPLOYING: (refused \(403\) 1 time|the API refused the request \(403\))/m);
    xenstore.set(status, '"DEPLOYED"');
    const { exit, out } = await program.ended;
    expect(exit).toBe(0);
    expect(out).toMatch(/^DEPLOYED \(told by xenstore\) after .*\n1 request, 1 of them refused \(403\)\n$/);
  });

  it('ends by a signal at once, also while xenstore does not answer', async () => {
    const { xenstore, env } = server();
    writeFileSync(join(xenstore.bin, 'xenstore-read'), '#!/bin/sh\nexec sleep 3600\n', { mode: 0o755 });
    const args = ['wait', '--managed', 'no', '--source', 'xenstore', '--network', 'off', '--output', 'json'];
    const program = start([...args, ...play(done).flags], { env });
    await program.saw(/waiting for RackConnect/);
    program.child.kill('SIGTERM');
    const { exit, out } = await program.ended;
    expect(exit).toBe(143);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'interrupted', requests: { sent: 0 } });
  });

  it('says with --log-level debug who said what it is', async () => {
    const { xenstore, env } = server();
    xenstore.set('name', 'instance-4d2f4a8c-9f5e-4c3b-8b1a-0123456789ab');
    xenstore.set('vm-data/provider_data/roles', '["rack_connect"]');
    const args = ['wait', '--network', 'off', '--log-level', 'debug', '--log-format', 'human'];
    const { exit, err } = await rcWait([...args, ...play(done).flags], { env });
    expect(exit).toBe(0);
    expect(err).toContain('rc-wait: instance id by xenstore: 4d2f4a8c-9f5e-4c3b-8b1a-0123456789ab (name)\n');
    expect(err).toContain('rc-wait: roles by xenstore: rack_connect (vm-data/provider_data/roles)\n');
  });
});
