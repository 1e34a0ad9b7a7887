import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Io } from '../../src/app/io.ts';
import { faultsIn } from '../report/schema.ts';
import { type FakeXenstore, fakeXenstore, metadata } from '../support/fake-xenstore.ts';
import { until } from '../support/until.ts';
import { done, type Played, rcWait, scratch, simulator } from './harness.ts';

const { play } = await simulator();
const status = metadata('rackconnect_automation_status');
let xenstore: FakeXenstore;

beforeEach(() => {
  xenstore = fakeXenstore(scratch());
  vi.stubEnv('PATH', `${xenstore.bin}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('rc-wait status --source xenstore', () => {
  it('says what xenstore says, and asks the API for nothing', async () => {
    const server = play(done);
    xenstore.set(status, '"DEPLOYING"');
    expect(await rcWait(['status', '--source', 'xenstore', ...server.flags])).toEqual({
      exit: 0,
      out: 'DEPLOYING\n',
      err: '',
    });
    expect(server.requests()).toBe(0);
  });

  it('needs to know no region', async () => {
    xenstore.set(status, '"FAILED"');
    expect(await rcWait(['status', '--source', 'xenstore'])).toMatchObject({ exit: 0, out: 'FAILED\n' });
  });

  it('is a document for a program', async () => {
    xenstore.set(status, '"DEPLOYED"');
    const { out } = await rcWait(['status', '--source', 'xenstore', '--output', 'json']);
    expect(faultsIn('answer')(JSON.parse(out))).toEqual([]);
    expect(JSON.parse(out)).toEqual({
      schema: 'rc-wait/answer/v1',
      operation: 'automation_status',
      automation_status: 'DEPLOYED',
      source: 'xenstore',
      shared: false,
      age_ms: 0,
    });
  });

  it('has nothing to say without the key', async () => {
    const { exit, out, err } = await rcWait(['status', '--source', 'xenstore']);
    expect({ exit, out }).toEqual({ exit: 69, out: '' });
    expect(err).toMatch(/^rc-wait: cannot get the status: xenstore has no automation status yet\n/);
  });

  it('has nothing to say without xenstore, and says what to do', async () => {
    vi.stubEnv('PATH', scratch());
    const { exit, err } = await rcWait(['status', '--source', 'xenstore']);
    expect(exit).toBe(69);
    expect(err).toMatch(
      /^rc-wait: cannot get the status: xenstore: xenstore-read is not installed\n +xenstore can only be read by root/,
    );
  });

  it("does not go with --format, which is the API's own answer", async () => {
    const { exit, err } = await rcWait(['status', '--source', 'xenstore', '--format', 'xml']);
    expect(exit).toBe(64);
    expect(err).toMatch(/^rc-wait: cannot use --format with --source xenstore: /);
  });
});

describe('rc-wait status', () => {
  it("is the API's word where that answers, whatever xenstore says", async () => {
    xenstore.set(status, '"DEPLOYED"');
    const { out, err } = await rcWait(['status', ...play({ deployedAfter: 'never' }).flags]);
    expect({ out, err }).toEqual({ out: 'DEPLOYING\n', err: '' });
  });

  it.each<[string, object, RegExp]>([
    ['refuses', { unknown: true }, /the API refused this server \(403\); this is what xenstore says\n$/],
    ['cannot be reached', { faults: [{ kind: 'reset' }] }, /; this is what xenstore says\n$/],
  ])("is xenstore's where the API %s, and it says so", async (_, patch, said) => {
    xenstore.set(status, '"DEPLOYED"');
    const { exit, out, err } = await rcWait(['status', ...play(patch).flags]);
    expect({ exit, out }).toEqual({ exit: 0, out: 'DEPLOYED\n' });
    expect(err).toMatch(said);
  });

  it('is the error of the API where xenstore says nothing', async () => {
    const { exit, err } = await rcWait(['status', ...play({ unknown: true }).flags]);
    expect(exit).toBe(77);
    expect(err).toContain('the API refused this server (403)');
  });

  it.each([
    ['--source', 'api'],
    ['--format', 'text'],
  ])('is the API’s word alone with %s %s', async (...flags) => {
    xenstore.set(status, '"DEPLOYED"');
    expect(await rcWait(['status', ...flags, ...play({ unknown: true }).flags])).toMatchObject({
      exit: 77,
      out: '',
    });
  });
});

describe('rc-wait wait', () => {
  const faults = faultsIn('result');
  const waitWith = async (io: Partial<Io>, server: Played | undefined, ...args: string[]) => {
    const flags = server?.flags ?? ['--state-dir', scratch()];
    const ran = await rcWait(['wait', '--output', 'json', '--network', 'off', ...flags, ...args], io);
    const document = JSON.parse(ran.out) as Record<string, unknown>;
    expect(faults(document)).toEqual([]);
    return { ...ran, document };
  };
  const wait = (server: Played | undefined, ...args: string[]) => waitWith({}, server, ...args);

  /** A wait in which `change` happens once the wait has said what matches. */
  const waitAndThen = async (
    pattern: RegExp,
    change: () => void,
    server: Played | undefined,
    ...args: string[]
  ) => {
    let err = '';
    let isChanged = false;
    const hear = (text: string): void => {
      err += text;
      if (isChanged || !pattern.test(err)) return;
      isChanged = true;
      change();
    };
    return { ...(await waitWith({ err: hear }, server, ...args)), err };
  };

  it('waits by xenstore alone, without a request', async () => {
    xenstore.set(status, '"DEPLOYING"');
    const server = play(done);
    const ended = waitAndThen(
      /DEPLOYING/,
      () => xenstore.set(status, '"DEPLOYED"'),
      server,
      '--source',
      'xenstore',
    );
    expect(await ended).toMatchObject({
      exit: 0,
      document: {
        outcome: 'deployed',
        source: 'xenstore',
        requests: { sent: 0, refused: 0, shared: 0 },
        message: expect.stringMatching(/^DEPLOYED \(told by xenstore\) after /),
      },
    });
    expect(server.requests()).toBe(0);
  });

  it.each([
    ['FAILED', 1, 'failed'],
    ['UNPROCESSABLE', 3, 'unprocessable'],
  ])('ends by %s in xenstore as by that of the API', async (word, exit, outcome) => {
    xenstore.set(status, `"${word}"`);
    expect(await wait(undefined, '--source', 'xenstore')).toMatchObject({ exit, document: { outcome } });
  });

  it('says why a server is UNPROCESSABLE, also where the API says it without a reason', async () => {
    xenstore.set(metadata('rackconnect_unprocessable_reason'), '"region does not match"');
    const message = /RackConnect will not automate this server \(region does not match\)$/;
    const byApi = await wait(play({ ...done, outcome: 'UNPROCESSABLE' }));
    expect(byApi.document.message).toMatch(message);
    xenstore.set(status, '"UNPROCESSABLE"');
    expect((await wait(undefined, '--source', 'xenstore')).document.message).toMatch(message);
    const byApiAlone = await wait(play({ ...done, outcome: 'UNPROCESSABLE' }), '--source', 'api');
    expect(byApiAlone.document.message).not.toMatch(message);
  });

  it('is over by xenstore where the API refuses', async () => {
    xenstore.set(status, '"DEPLOYED"');
    const { exit, document } = await wait(play({ unknown: true }));
    expect(exit).toBe(0);
    expect(document).toMatchObject({ source: 'xenstore', requests: { sent: 1, refused: 1 } });
  });

  it('is not, where only the API counts', async () => {
    xenstore.set(status, '"DEPLOYED"');
    expect(await wait(play({ unknown: true }), '--source', 'api', '--timeout', '2s')).toMatchObject({
      exit: 77,
      document: { outcome: 'refused' },
    });
  });

  it('tells whoever watches what xenstore says beside the API', async () => {
    xenstore.set(status, '"DEPLOYED"');
    const { err } = await wait(play({ deployedAfter: 'never' }), '--timeout', '2s');
    expect(err).toMatch(/^rc-wait: DEPLOYING: task ".*; xenstore says DEPLOYED; waited \d+ m?s$/m);
  });

  it('cannot wait by a xenstore that is not there', async () => {
    vi.stubEnv('PATH', scratch());
    const args = ['wait', '--source', 'xenstore', '--network', 'off', '--state-dir', scratch()];
    expect(await rcWait(args)).toMatchObject({
      exit: 64,
      out: '',
      err: expect.stringContaining('cannot wait without the API: xenstore: xenstore-read is not installed\n'),
    });
  });

  describe('of a managed account', () => {
    const managed = metadata('rax_service_level_automation');

    it('waits for the second automation where the roles say so', async () => {
      xenstore.set('vm-data/provider_data/roles', '["rack_connect", "rax_managed"]');
      xenstore.set(managed, '"In Progress"');
      const completes = () => xenstore.set(managed, '"Complete"');
      const { exit, document, err } = await waitAndThen(/"In Progress"/, completes, play(done));
      expect(exit).toBe(0);
      expect(document).toMatchObject({ outcome: 'deployed', managed_automation: 'Complete' });
      expect(err).toMatch(
        /^rc-wait: DEPLOYED; waiting for Managed Operations: the automation of Managed Operations is "In Progress"; waited \d+ m?s$/m,
      );
    });

    it('waits for it where the roles are told only while the first automation is at work', async () => {
      const server = play({ deployedAfter: 'never' });
      const ended = wait(server);
      await until(() => server.requests() > 0);
      xenstore.set('vm-data/provider_data/roles', '["rax_managed"]');
      xenstore.set(managed, '"Complete"');
      server.set({ outcome: 'DEPLOYED', now: true });
      expect(await ended).toMatchObject({ exit: 0, document: { managed_automation: 'Complete' } });
    });

    it('does not where it is not to', async () => {
      xenstore.set('vm-data/provider_data/roles', '["rax_managed"]');
      const { exit, document } = await wait(play(done), '--managed', 'no');
      expect(exit).toBe(0);
      expect(document).not.toHaveProperty('managed_automation');
    });

    it('fails with the second automation', async () => {
      xenstore.set(managed, '"Build Error"');
      const { exit, document } = await wait(play(done), '--managed', 'yes');
      expect(exit).toBe(1);
      expect(document).toMatchObject({
        outcome: 'failed',
        automation_status: 'DEPLOYED',
        managed_automation: 'Build Error',
        message: expect.stringMatching(
          /but the automation of Managed Operations did not succeed \("Build Error"\)$/,
        ),
      });
    });

    it('says at the deadline that it was waited for', async () => {
      xenstore.set(managed, '"Pending"');
      expect(await wait(play(done), '--managed', 'yes', '--timeout', '2s')).toMatchObject({
        exit: 124,
        document: {
          outcome: 'timeout',
          message: expect.stringMatching(/^DEPLOYED, but the deadline passed after .*"Pending"$/),
        },
      });
    });
  });

  describe('of an account with RackConnect v3', () => {
    it('ends at once, and says that this is another product', async () => {
      xenstore.set('vm-data/provider_data/roles', '["rackconnect:v3-DFW"]');
      expect(
        await rcWait(['wait', '--region', 'dfw', '--interface', 'lo', '--state-dir', scratch()]),
      ).toEqual({
        exit: 64,
        out: '',
        err: expect.stringMatching(
          /^rc-wait: cannot wait for RackConnect v2\.0: this account has RackConnect v3, .*\n +disable rc-wait\.service/,
        ),
      });
    });

    it('goes on where the owner has named the API himself', async () => {
      xenstore.set('vm-data/provider_data/roles', '["rackconnect:v3-DFW"]');
      expect((await wait(play(done))).exit).toBe(0);
    });
  });
});
