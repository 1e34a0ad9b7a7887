import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rcWait } from '../process/program.ts';
import { done, rootWith, scratch, simulator } from './harness.ts';

const { play } = await simulator();
const folder = scratch();
let runs = 0;

/** What rc-wait loads on its way through a command that succeeds. */
async function loadedBy(...args: string[]): Promise<readonly string[]> {
  const { loaded, exit, err } = await traced(...args);
  expect({ exit, err: err.replace(/^rc-wait: (waiting|DEPLOYED).*\n/gm, '') }).toEqual({ exit: 0, err: '' });
  return loaded;
}

/** What rc-wait loads: packages by their names, own files by their paths, `node:` modules. */
async function traced(...args: string[]) {
  runs += 1;
  const path = join(folder, `${runs}.json`);
  const trace = new URL('./trace.ts', import.meta.url).href;
  const { exit, err } = await rcWait(args, {
    nodeArgs: ['--import', trace],
    env: { RCWAIT_TEST_TRACE: path },
  });
  const urls = JSON.parse(readFileSync(path, 'utf8')) as string[];
  const names = urls.map((url) => {
    const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    const [, own] = /\/(src\/.*)$/.exec(url) ?? [];
    return name ?? own ?? url;
  });
  return { loaded: [...new Set(names)], exit, err };
}

const rarelyNeeded = ['pino', 'yaml', 'diff', 'ipaddr.js'];
const room = (name: string) => (path: string) => path.startsWith(`src/${name}/`);

describe('what a command does not need is not loaded', () => {
  it('for the status: neither a log, nor other formats, nor other rooms', async () => {
    const loaded = await loadedBy('status', ...play(done).flags);
    expect(loaded).toContain('undici');
    expect(loaded).toContain('src/rackconnect/client.ts');
    expect(rarelyNeeded.filter((name) => loaded.includes(name))).toEqual([]);
    for (const path of ['src/http/client.ts', 'src/system/files.ts', 'src/system/tool.ts'])
      expect(loaded).not.toContain(path);
    for (const name of ['simulator', 'network', 'openstack', 'remote', 'systemd', 'wait', 'announce'])
      expect(loaded.filter(room(name)), name).toEqual([]);
    expect(loaded.filter((name) => name.startsWith('src/report/'))).toEqual([
      'src/report/exit.ts',
      'src/report/words.ts',
      // What every command line may need: the words of a misspelt flag, and of the exit statuses.
      'src/report/nearest.ts',
      'src/report/exit-texts.ts',
      'src/report/answer.ts',
    ]);
  });

  it('for the status: nothing that looks for what flags have named', async () => {
    const byUrl = await loadedBy('status', ...play(done).flags);
    expect(byUrl.filter(room('host'))).toEqual(['src/host/interfaces.ts']);
    // An interface that is not there ends it before anything is sent.
    const { loaded, exit } = await traced('status', '--region', 'dfw', '--interface', 'eth99');
    expect(exit).toBe(64);
    expect(loaded.filter(room('host'))).toEqual(['src/host/interfaces.ts']);
    expect(loaded).not.toContain('node:child_process');
  });

  it.each([['--help'], ['wait', '--help'], ['--version']])(
    'for %s: no HTTP, no ledger, no room but cli',
    async (...args) => {
      const loaded = await loadedBy(...args);
      expect(
        ['yargs', 'undici', 'node:sqlite', ...rarelyNeeded].filter((name) => loaded.includes(name)),
      ).toEqual([]);
      for (const name of [
        'simulator',
        'network',
        'openstack',
        'remote',
        'systemd',
        'wait',
        'rackconnect',
        'pace',
        'http',
        'announce',
      ])
        expect(loaded.filter(room(name)), name).toEqual([]);
    },
  );

  it('for an offline plan: no HTTP and no ledger', async () => {
    const loaded = await loadedBy('network', 'plan', '--gateway', '10.208.0.1', '--root', rootWith());
    expect(loaded).toContain('yaml');
    expect(
      ['undici', 'node:sqlite', 'pino', 'fast-xml-parser'].filter((name) => loaded.includes(name)),
    ).toEqual([]);
    expect(loaded.filter(room('simulator'))).toEqual([]);
  });

  it('for a wait without a network to configure: no network room', async () => {
    const loaded = await loadedBy('wait', '--network', 'off', ...play(done).flags);
    expect(loaded).toContain('src/wait/job.ts');
    expect(['yaml', 'diff'].filter((name) => loaded.includes(name))).toEqual([]);
    for (const name of ['simulator', 'network', 'openstack', 'remote'])
      expect(loaded.filter(room(name)), name).toEqual([]);
    for (const path of [
      'announce/hooks/run-one',
      'app/wait/deployed-before',
      'app/wait/deployed-before-store',
    ])
      expect(loaded).not.toContain(`src/${path}.ts`);
  });

  it('for the documented endpoints: no HTTP, no log, nothing of the wait', async () => {
    const loaded = await loadedBy('endpoints', 'cloudImages', '--region', 'ord');
    expect(loaded).toContain('src/openstack/endpoints.ts');
    expect(['undici', 'node:sqlite', ...rarelyNeeded].filter((name) => loaded.includes(name))).toEqual([]);
    for (const name of ['simulator', 'network', 'remote', 'wait', 'pace', 'systemd'])
      expect(loaded.filter(room(name)), name).toEqual([]);
  });
});
