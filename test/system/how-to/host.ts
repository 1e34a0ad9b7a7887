import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { scenario } from '../../docs/pages.ts';
import { type Ended, Machine } from '../machine.ts';
import { imageWith } from '../package/container.ts';

const root = join(import.meta.dirname, '../../..');
const program = '/usr/lib/rc-wait';

/** What simulate prints: among it the line that logs a shell in, as docs/simulator.md has it. */
const login = '/run/simulator.out';

/** All files of dist/, and where the package puts them. */
function built(): { readonly source: string; readonly target: string }[] {
  const dist = join(root, 'dist');
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((source) => ({ source, target: join(program, relative(dist, source)) }));
}

/**
 * A machine with the programs that the how-to pages are for, with rc-wait as it is built, and with a simulated account,
 * by `scenario`. It has no network: none of those programs finds a cloud. Dispose of it with `await using`.
 */
export async function startHost(): Promise<Machine> {
  const packages = ['ansible-core', 'cron', 'faketime', 'python3-heat'];
  const start = [
    `ln -s ${program}/rc-wait /usr/bin/rc-wait`,
    `exec rc-wait simulate --openstack --scenario /root/scenario.yaml >${login}`,
  ];
  const host = await Machine.start({
    image: await imageWith('rcwait-how-to:bookworm', 'bookworm', packages),
    command: ['sh', '-c', start.join('; ')],
    network: 'none',
    files: [
      ...built(),
      { target: '/root/scenario.yaml', content: scenario },
      ...['validate-heat.py', 'stack-create.py'].map((name) => ({
        source: join(import.meta.dirname, name),
        target: join('/root', name),
      })),
    ],
  });
  try {
    const isUp = async () => (await host.exec('grep', '-q', '^export ', login)).exitCode === 0;
    await host.until('the simulator answers', isUp);
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs a line of shell in root's home, with the credentials of the account in its environment. */
export function loggedIn(host: Machine, line: string): Promise<Ended> {
  return host.exec('sh', '-c', `cd /root && eval "$(grep '^export ' ${login})" && ${line}`);
}
