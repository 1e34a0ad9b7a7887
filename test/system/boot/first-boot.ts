import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, type ServerOptions } from '../server.ts';

const docs = join(import.meta.dirname, '../../../docs');

/** An example as it is published. */
export function example(name: string): string {
  return readFileSync(join(docs, name), 'utf8');
}

/** An example of user-data whose rc-wait asks the simulator: no region of Rackspace's can be reached. */
export function simulated(name: string): string {
  const flags = '--api-url, "http://10.208.0.1:8080"';
  return example(name).replace(', wait, ', `, wait, ${flags}, `);
}

/** The examples of user-data and vendor-data. */
export const cloudConfigs = ['runcmd.yaml', 'unit.yaml', 'first-boot.yaml', 'vendor-data.yaml'] as const;

/** What the owner wants to come after RackConnect: it notes the default route that it finds. */
export const afterRackconnect = '/usr/local/sbin/after-rackconnect';
const script = '#!/bin/sh\nip route show default >/run/after-rackconnect\n';

const seed = '/var/lib/cloud/seed/nocloud';

const suites = [undefined, 'bullseye', 'trixie'] as const satisfies readonly ServerOptions['suite'][];

/** The releases of Debian on which a first boot is tried, each with its name; bookworm is the suite without one. */
export const releases = suites.map((suite) => [suite ?? 'bookworm', suite] as const);

/** Where cloud-init finds what a provider would give it, from its own disk (NoCloud), and no network to configure. */
export function cloudInit(userData: string, vendorData = ''): Readonly<Record<string, string>> {
  return {
    [`${seed}/user-data`]: userData,
    [`${seed}/vendor-data`]: vendorData,
    [`${seed}/meta-data`]: 'instance-id: 9e1b4a6e-3f0d-4c1d-9a77-2f2b5a0c1d11\nlocal-hostname: web1\n',
    '/etc/cloud/cloud.cfg.d/99-test.cfg':
      'datasource_list: [NoCloud]\nnetwork: {config: disabled}\npreserve_hostname: true\nlocale: C.UTF-8\n',
    [afterRackconnect]: script,
  };
}

/** cloud-init is switched off in the image of the servers. */
const switchOn = 'rm -f /etc/cloud/cloud-init.disabled';

/** Boots a server for the first time, with cloud-init at work. */
export function firstBoot(options: Omit<ServerOptions, 'stack'>): Promise<Server> {
  const first = [switchOn, options.first].filter(Boolean).join('\n');
  return Server.boot({ ...options, stack: 'ifupdown', dependent: false, api: 'there', first: `${first}\n` });
}

/** Until cloud-init has ended, however: its last unit is at rest. It is asked itself afterwards; each time it starts Python. */
export async function untilCloudInitEnds(server: Server): Promise<void> {
  const atRest = 'systemctl show -P ActiveState cloud-final.service | grep -qE "^(active|failed)"';
  await server.untilSucceeds('cloud-init has ended', `[ -e /run/cloud-init/result.json ] && ${atRest}`);
}

/** What cloud-init says of itself: `running`, `done`, `error`. */
export async function cloudInitStatus(server: Server): Promise<string> {
  const said = await server.ask('cloud-init', 'status');
  return /^status: (.*)$/m.exec(said)?.[1] ?? said;
}

/** The default route that the owner's script has found; undefined: it has not run. */
export async function routeFound(server: Server): Promise<string | undefined> {
  const route = await server.ask('cat', '/run/after-rackconnect');
  return route === '' ? undefined : route;
}
