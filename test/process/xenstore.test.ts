import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { done, scratch, simulator } from '../cli/harness.ts';
import { fakeXenstore, metadata } from '../support/fake-xenstore.ts';
import { until } from '../support/until.ts';
import { Xenstored } from '../xenstored/xenstored.ts';
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

/** Debian's own, which scripts/xenstore-utils fetches and ./scripts/test calls. */
const tools = resolve('.cache/xenstore-utils/bin');
const isPossible = existsSync(tools) && process.geteuid?.() === 0;

describe.skipIf(!isPossible).concurrent("rc-wait of root with Debian's xenstore-utils", () => {
  const watched = async () => {
    const xenstored = await Xenstored.start(scratch());
    const env = { ...xenstored.env, PATH: `${tools}:${process.env.PATH ?? ''}` };
    xenstored.set(status, '"DEPLOYING"');
    return { xenstored, env };
  };

  it('asks the API again and again when xenstore says DEPLOYED, and ends its watch with the wait', async () => {
    const { xenstored, env } = await watched();
    const server = play({ deployedAfter: '1h' });
    const program = start(['wait', '--network', 'off', ...server.flags], { env });
    await until(() => xenstored.watches === 1 && server.requests() > 0);
    const setPace = (paceMs: number): void => {
      const ledger = new DatabaseSync(join(server.stateDir, 'ledger.db'));
      ledger.exec(`PRAGMA busy_timeout = 30000; UPDATE backoff SET pace_ms = ${paceMs}`);
      ledger.close();
    };
    // One request a minute: three more within a minute come from the alarm.
    setPace(60_000);
    const before = server.requests();
    xenstored.set(status, '"DEPLOYED"');
    await until(() => server.requests() >= before + 3);
    server.set({ outcome: 'DEPLOYED', now: true });
    setPace(2_240);
    const { exit, out } = await program.ended;
    expect(exit).toBe(0);
    expect(out).toMatch(/^DEPLOYED after /);
    await until(() => xenstored.watches === 0);
    await xenstored.stop();
  });

  it('leaves one watch to two waits, and the second takes it over after kill -9 of the first', async () => {
    const { xenstored, env } = await watched();
    const server = play({ deployedAfter: '1h' });
    const args = ['wait', '--network', 'off', ...server.flags];
    const first = start(args, { env });
    await until(() => xenstored.watches === 1);
    const second = start(args, { env });
    await second.saw(/waiting for RackConnect/);
    expect(xenstored.watches).toBe(1);
    first.child.kill('SIGKILL');
    await until(() => xenstored.watches === 0);
    await until(() => xenstored.watches === 1);
    second.child.kill('SIGTERM');
    expect((await second.ended).exit).toBe(143);
    await until(() => xenstored.watches === 0);
    await xenstored.stop();
  });

  it('waits with --source xenstore for the change, and for that of Managed Operations', async () => {
    const { xenstored, env } = await watched();
    const server = play(done);
    const args = ['wait', '--source', 'xenstore', '--managed', 'yes', '--network', 'off', ...server.flags];
    const program = start(args, { env });
    await until(() => xenstored.watches === 1);
    xenstored.set(status, '"DEPLOYED"');
    xenstored.set(metadata('rax_service_level_automation'), '"In Progress"');
    await program.saw(/Managed Operations/);
    xenstored.set(metadata('rax_service_level_automation'), '"Complete"');
    expect((await program.ended).exit).toBe(0);
    expect(server.requests()).toBe(0);
    await until(() => xenstored.watches === 0);
    await xenstored.stop();
  });
});
