import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { joinLists } from '../../../src/cli/args/flags.ts';
import { done, netplan, netplanPath, rcWait, rootWith, simulator } from '../../cli/harness.ts';
import { faultsIn } from '../../report/schema.ts';

const { play } = await simulator();
const gateway = ['--gateway', '10.208.0.1'];

async function appliedRoot(): Promise<string> {
  const root = rootWith();
  expect((await rcWait(['network', 'apply', ...gateway, '--root', root])).exit).toBe(0);
  return root;
}

/** As if an rc-wait had been killed once its files were written. */
function killAfterWriting(root: string): void {
  const folder = join(root, 'var/lib/rc-wait/network');
  const last = JSON.parse(readFileSync(join(folder, 'last.json'), 'utf8')) as Record<string, unknown>;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'written.json'), JSON.stringify({ ...last, startedAt: 'noon' }));
}

const text = (root: string) => readFileSync(join(root, netplanPath), 'utf8');

afterEach(() => {
  vi.restoreAllMocks();
});

describe('network rollback', () => {
  it('undoes the last change, and then has nothing to undo', async () => {
    const root = await appliedRoot();
    const { exit, out } = await rcWait(['network', 'rollback', '--root', root]);
    expect({ exit, out }).toEqual({
      exit: 0,
      out: `rolled back: what there was before the gateway 10.208.0.1 on eth1 is back (netplan ${netplanPath} /etc/netplan/90-rc-wait.yaml)\n`,
    });
    expect(text(root)).toBe(netplan);
    expect(await rcWait(['network', 'rollback', '--root', root])).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/the last change was rolled back already/),
    });
  });

  it('is a document for a program, as it is published', async () => {
    const { out } = await rcWait(['network', 'rollback', '--root', await appliedRoot(), '--output', 'json']);
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(faultsIn('network')(document)).toEqual([]);
    expect(document).toMatchObject({ network: { action: 'rolled-back', reason: 'it was undone by hand' } });
  });

  it('refuses where somebody has changed a file since, and says how to do it all the same', async () => {
    const root = await appliedRoot();
    writeFileSync(join(root, netplanPath), 'mine');
    const refused = await rcWait(['network', 'rollback', '--root', root]);
    expect(refused).toMatchObject({
      exit: 73,
      out: '',
      err: expect.stringMatching(/has been changed since.*\n.*--force/),
    });
    expect(text(root)).toBe('mine');
    expect((await rcWait(['network', 'rollback', '--root', root, '--force'])).exit).toBe(0);
    expect(text(root)).toBe(netplan);
  });
});

it('network carry-out does nothing that rc-wait itself did not ask for', async () => {
  expect(await rcWait(['network', 'carry-out', '--request', '{"gateway":"10.208.0.1"}'])).toMatchObject({
    exit: 64,
    out: '',
    err: expect.stringContaining('cannot use --request: rc-wait did not write it'),
  });
});

describe('network check', () => {
  const faults = faultsIn('check');

  async function check(root: string, ...args: string[]) {
    const { exit, out, err } = await rcWait([
      'network',
      'check',
      '--root',
      root,
      '--output',
      'json',
      ...args,
    ]);
    expect(err).toBe('');
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(faults(document)).toEqual([]);
    return { exit, document };
  }

  it('says that the gateway is held, as a document for a program', async () => {
    const { exit, document } = await check(await appliedRoot());
    expect({ exit, document }).toMatchSnapshot();
    for (const name of Object.keys(document)) {
      const { [name]: _left, ...rest } = document;
      expect(faults(rest), name).not.toEqual([]);
    }
  });

  it('says that it is not, with 73, and puts it back when that is wished', async () => {
    const root = await appliedRoot();
    writeFileSync(join(root, netplanPath), netplan);
    expect(await check(root)).toMatchObject({
      exit: 73,
      document: {
        held: false,
        configuration: false,
        reasons: [`${netplanPath} needs a change`],
        network: null,
      },
    });
    const human = await rcWait(['network', 'check', '--root', root]);
    expect(human).toMatchObject({
      exit: 73,
      out: expect.stringMatching(/^not held: the gateway 10\.208\.0\.1 on eth1/),
    });
    expect(await check(root, '--repair')).toMatchObject({
      exit: 0,
      document: { held: false, network: { action: 'changed', files: [netplanPath] } },
    });
    expect(await check(root, '--repair')).toMatchObject({ exit: 0, document: { held: true, network: null } });
  });

  it('knows the gateway from a flag, and no other', async () => {
    const root = rootWith();
    expect(await check(root, ...gateway)).toMatchObject({ exit: 73, document: { held: false } });
    expect(await rcWait(['network', 'check', '--root', root])).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/rc-wait has set no gateway here\n.*--gateway/),
    });
    expect(await rcWait(['network', 'check', '--root', root, '--gateway', 'x'])).toMatchObject({ exit: 64 });
  });

  it('expects none where it was rolled back by hand, and does not put it back', async () => {
    const root = await appliedRoot();
    await rcWait(['network', 'rollback', '--root', root]);
    expect(await check(root, '--repair')).toMatchObject({
      exit: 0,
      document: { held: null, gateway_ip: null },
    });
    expect(text(root)).toBe(netplan);
    expect((await rcWait(['network', 'check', '--root', root])).out).toMatch(/was rolled back by hand/);
  });

  it('says that a change has not ended', async () => {
    const root = await appliedRoot();
    killAfterWriting(root);
    expect(await check(root)).toMatchObject({
      exit: 73,
      document: { held: false, reasons: ['a change that was begun at noon has not ended'] },
    });
  });

  it('needs root on the running system', async () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    expect(await rcWait(['network', 'check'])).toMatchObject({
      exit: 77,
      err: expect.stringContaining('root is needed'),
    });
  });
});

describe('what a killed rc-wait left', () => {
  const restored = /a change of the network that was begun at noon had not ended: the old state is restored/;

  it.each([
    ['network apply', ['network', 'apply', ...gateway]],
    ['network recover', ['network', 'recover']],
    ['network check --repair', ['network', 'check', '--repair']],
  ])('is put back by %s', async (_, command) => {
    const root = await appliedRoot();
    killAfterWriting(root);
    const { exit, err } = await rcWait([...command, '--root', root]);
    expect(exit).toBe(0);
    expect(err).toMatch(restored);
    expect(text(root) === netplan).toBe(command.includes('recover'));
  });

  it('is put back before a wait begins, and one that cannot be is no reason not to wait', async () => {
    const root = await appliedRoot();
    killAfterWriting(root);
    const deployed = [...play({ ...done, features: { configureNetworkStack: true } }).flags, '--root', root];
    expect(await rcWait(['wait', ...deployed])).toMatchObject({
      exit: 0,
      err: expect.stringMatching(restored),
    });
    expect(text(root)).toBe(netplan);
    writeFileSync(join(root, 'var/lib/rc-wait/network/armed.json'), 'damaged');
    expect(await rcWait(['wait', ...deployed])).toMatchObject({
      exit: 0,
      err: expect.stringMatching(/armed\.json: it is not a journal of rc-wait/),
    });
  });

  it('is shown by the recovery when there is none', async () => {
    expect(await rcWait(['network', 'recover', '--root', rootWith()])).toMatchObject({
      exit: 0,
      err: 'rc-wait: no change of the network is unfinished\n',
    });
  });
});

describe('--probe', () => {
  it('may be given again, and is put together', () => {
    expect(joinLists(['a', '--probe', 'x', '--quiet', '--probe=y'])).toEqual([
      'a',
      '--quiet',
      '--probe',
      'x,y',
    ]);
    expect(joinLists(['--probe', 'x'])).toEqual(['--probe', 'x']);
    expect(joinLists(['--probe'])).toEqual(['--probe']);
  });

  it('that is none is refused before anything is done', async () => {
    const root = rootWith();
    const wrong = ['--root', root, '--probe', 'tcp://192.0.2.1:1', '--probe', '192.0.2.1:80'];
    for (const command of [
      ['network', 'apply', ...gateway],
      ['wait', ...play(done).flags],
    ]) {
      expect(await rcWait([...command, ...wrong])).toMatchObject({
        exit: 64,
        err: expect.stringContaining('cannot use --probe 192.0.2.1:80: tcp://HOST:PORT is expected'),
      });
    }
    expect(text(root)).toBe(netplan);
  });
});
