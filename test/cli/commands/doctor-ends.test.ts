import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsIn } from '../../report/schema.ts';
import { done, type Played, rcWait, scratch, simulator } from '../harness.ts';

const { play } = await simulator();
const faultsOfDocument = faultsIn('doctor');
const folder = scratch();
const again = 'systemctl reset-failed rc-wait.service; systemctl restart rc-wait.service';
const path = process.env.PATH;

// systemctl of a server whose rc-wait.service is as the file `unit` says.
beforeAll(() => {
  mkdirSync(join(folder, 'bin'));
  const script = `#!/bin/sh\n[ "$1" = show ] && cat '${folder}/unit'\nexit 0\n`;
  writeFileSync(join(folder, 'bin/systemctl'), script, { mode: 0o755 });
  process.env.PATH = `${folder}/bin:${path}`;
});
afterAll(() => {
  process.env.PATH = path;
});

interface Fault {
  readonly code: string;
  readonly why: string;
  readonly remedy: string;
  readonly exit_status: number;
}

/** A server with rc-wait.service, of which the test is systemd. */
class Server {
  readonly play: Played;
  readonly file: string;
  /** of the service and of doctor */
  more: readonly string[] = [];
  #states = 0;

  constructor(patch: unknown, settings = 'RC_WAIT_NETWORK=off\n') {
    this.play = play(patch);
    this.file = join(folder, `default-${this.play.address}`);
    this.settings(settings);
    this.ended(undefined, '');
  }

  settings(text: string): void {
    writeFileSync(this.file, text, { mode: 0o644 });
  }

  /** `systemctl restart rc-wait.service`: a wait, and what systemd makes of its end. */
  async restart(timeout = '60s'): Promise<number> {
    const args = ['wait', '--timeout', timeout, '--output', 'json', ...this.#flags()];
    const { exit, out, err } = await rcWait(args, { serviceFile: this.file });
    const { message } = out === '' ? { message: err.replace('rc-wait: ', '') } : JSON.parse(out);
    this.ended(exit, message);
    return exit;
  }

  /** The service as it is after this exit status; 0: active, undefined: never started. */
  ended(exit: number | undefined, words: string): void {
    const state = exit === undefined ? 'inactive' : exit === 0 ? 'active' : 'failed';
    const unit = [
      `LoadState=loaded\nActiveState=${state}\nSubState=${state}\nUnitFileState=enabled`,
      `Result=${state === 'failed' ? 'exit-code' : 'success'}\nStatusText=${words.split('\n')[0]}`,
      `ExecMainCode=1\nExecMainStatus=${exit ?? 0}\nExecMainExitTimestamp=Sat 2026-11-28 20:01:02 UTC`,
    ].join('\n');
    const other = 'LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=static';
    writeFileSync(join(folder, 'unit'), `${unit}\n\n${other}\n\n${other}\n`);
  }

  /** A minute later: what was used of the quota and held back is forgotten. */
  #flags(): readonly string[] {
    this.#states += 1;
    return [...this.play.flags.slice(0, 4), '--state-dir', join(scratch(), `${this.#states}`), ...this.more];
  }

  /** The faults that doctor finds; without probable causes, which are those of the machine that runs the test. */
  async doctor(): Promise<readonly Fault[]> {
    const args = ['doctor', '--output', 'json', '--timeout', '20s', ...this.#flags()];
    const { exit, out } = await rcWait(args, { serviceFile: this.file });
    const document = JSON.parse(out) as { healthy: boolean; looks: { what: string; fault: Fault | null }[] };
    expect(faultsOfDocument(document)).toEqual([]);
    const faults = document.looks.flatMap(({ fault }) => fault ?? []);
    expect(exit).toBe(faults[0]?.exit_status ?? 0);
    return document.looks.filter(({ what }) => what !== 'probable cause').flatMap(({ fault }) => fault ?? []);
  }
}

/** The one fault that doctor finds, with that exit status, and a remedy that holds these words. */
async function onlyFault(server: Server, exit: number, ...words: readonly string[]): Promise<Fault> {
  const faults = await server.doctor();
  expect(faults.map((fault) => fault.exit_status)).toEqual([exit]);
  const [fault] = faults as [Fault];
  for (const word of words) expect(fault.remedy).toContain(word);
  return fault;
}

describe('doctor names the end of a wait, and each remedy leads to a sound server', () => {
  it('0: nothing is wrong, on one screen', async () => {
    const server = new Server(done);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
    const { out } = await rcWait(['doctor', ...server.play.flags], { serviceFile: server.file });
    const lines = out.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('Nothing is wrong.');
    expect(lines.length).toBeLessThanOrEqual(22);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('1 FAILED: the task, a ticket, no restart before the automation was run again; then the restart', async () => {
    const server = new Server({
      ...done,
      outcome: 'FAILED',
      tasks: [{ name: 'Update access', endsAfter: '0s', outcome: 'FAILED' }],
    });
    expect(await server.restart()).toBe(1);
    const fault = await onlyFault(server, 1, 'rc-wait preflight', 'ticket', 'server ', 'region ', '20:01:02');
    expect(fault.code).toBe('FAILED');
    expect(fault.why).toMatch(/RackConnect's verdict .*task ".+": FAILED/);
    expect(fault.remedy).toMatch(/task ".+": FAILED/);
    expect(fault.remedy).not.toContain('systemctl restart');
    expect(await server.restart()).toBe(1);
    server.play.set({ outcome: 'DEPLOYED', now: true });
    await onlyFault(server, 1, `it is DEPLOYED now: ${again}`);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it('1 FAILED: since when, and how long the task took, as the wait has seen it', async () => {
    const server = new Server({
      deployedAfter: '1s',
      outcome: 'FAILED',
      tasks: [{ name: 'Update access', endsAfter: '1s', outcome: 'FAILED' }],
    });
    server.more = ['--state-dir', join(scratch(), 'state')];
    expect(await server.restart()).toBe(1);
    const { why, remedy } = await onlyFault(server, 1);
    // A wait on a busy machine may see it FAILED at first.
    expect(why).toMatch(/, since \d{4}-\d\d-\d\dT[\d:]{8}Z( or before)?, told by the API/);
    expect(remedy).toMatch(/task "Update access": FAILED( at \S+Z, after (over )?[\d a-z]+)?, since /);
  });

  it('DEPLOYING is no fault: what it is at, on one screen', async () => {
    const server = new Server({
      deployedAfter: 'never',
      tasks: [{ name: 'Update access', endsAfter: 'never' }],
    });
    server.ended(0, '');
    expect(await server.doctor()).toEqual([]);
    const { out } = await rcWait(['doctor', ...server.play.flags], { serviceFile: server.file });
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(-2).join(' ')).toMatch(
      /Nothing is wrong\. RackConnect is at work, DEPLOYING: task "Update access": \w+\.$/,
    );
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('3 UNPROCESSABLE: a ticket, and the restart once it is DEPLOYED', async () => {
    const server = new Server({ ...done, outcome: 'UNPROCESSABLE' });
    expect(await server.restart()).toBe(3);
    expect((await onlyFault(server, 3, 'ticket')).remedy).not.toContain('systemctl restart');
    server.play.set({ outcome: 'DEPLOYED', now: true });
    await onlyFault(server, 3, again);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it('64: a mistyped variable is corrected, then the restart', async () => {
    const server = new Server(done, 'RC_WAIT_NETWORK=off\nRC_WAIT_SUORCE=api\n');
    server.ended(64, 'cannot use RC_WAIT_SUORCE: there is no such variable');
    const { why } = await onlyFault(server, 64, 'write RC_WAIT_SOURCE in its place', 'systemctl restart');
    expect(why).toMatch(/cannot use RC_WAIT_SUORCE in .*: there is no such variable/);
    server.settings('RC_WAIT_NETWORK=off\nRC_WAIT_SOURCE=api\n');
    await onlyFault(server, 64, again);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it('64: a value that cannot be is corrected, then the restart', async () => {
    const server = new Server(done, 'RC_WAIT_NETWORK=off\nRC_WAIT_SOURCE=xenstor\n');
    expect(await server.restart()).toBe(64);
    await onlyFault(server, 64, 'did you mean xenstore?');
    server.settings('RC_WAIT_NETWORK=off\n');
    await onlyFault(server, 64, again);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it('69: the way to the API, and the restart once it answers', async () => {
    const server = new Server(done);
    server.more = ['--api-url', 'http://127.0.0.1:1'];
    server.ended(69, 'the API gave no usable answer within 1 h: connection refused');
    expect((await onlyFault(server, 69, '--interface')).remedy).not.toContain('systemctl restart');
    server.more = [];
    await onlyFault(server, 69, `the API answers now: ${again}`);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it('77: who refuses and why, once; and the restart when the API answers', async () => {
    const server = new Server({ ...done, unknown: true });
    server.ended(77, 'the API refused this server all along (403), for 1 h');
    expect((await onlyFault(server, 77, '30 requests a minute', '--interface')).code).toBe('API_REFUSED');
    server.play.set({ unknown: false });
    await onlyFault(server, 77, `the API answers now: ${again}`);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it('124: the restart waits on, and a longer time is named', async () => {
    const server = new Server({ deployedAfter: 'never' });
    server.ended(124, 'the deadline passed after 1 h: task "Update access" is IN_PROGRESS');
    await onlyFault(server, 124, again, 'RC_WAIT_TIMEOUT=');
    server.play.set({ outcome: 'DEPLOYED', now: true });
    expect((await onlyFault(server, 124, again)).remedy).not.toContain('RC_WAIT_TIMEOUT');
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it.each([
    [70, 'this is a mistake in rc-wait', 'report it'],
    [73, 'DEPLOYED, but cannot tell what manages eth1', 'rc-wait network plan'],
    [74, 'DEPLOYED, but the old files cannot be put back', 'rc-wait network check --repair'],
    [77, 'cannot change the network: root is needed', 'User='],
    [1, 'DEPLOYED, but the automation of Managed Operations did not succeed', 'Managed Operations'],
  ])('%i (%s): the way out, then the restart', async (exit, words, remedy) => {
    const server = new Server(done);
    server.ended(exit, words);
    expect((await onlyFault(server, exit, remedy, again)).why).toContain(words);
    expect(await server.restart()).toBe(0);
    expect(await server.doctor()).toEqual([]);
  });

  it('DEPLOYED without the gateway in use: the gateway, or that the network is left alone', async () => {
    const server = new Server(done, '');
    server.ended(0, 'DEPLOYED');
    const fault = await onlyFault(server, 73, 'rc-wait network apply');
    expect(fault.why).toMatch(/^DEPLOYED, but the gateway \S+ is not in use/);
    server.settings('RC_WAIT_NETWORK=off\n');
    expect(await server.doctor()).toEqual([]);
  });
});
