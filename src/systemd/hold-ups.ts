/** Asks systemctl(1); resolves to what it printed, or undefined where it could not be asked. */
export type AskSystemctl = (args: readonly string[]) => Promise<string | undefined>;

/** The units without which nobody can log in by SSH: its daemon, by Debian's name and the others', and the end of /run/nologin. */
const logins = [
  'ssh.service',
  'sshd.service',
  'ssh.socket',
  'sshd.socket',
  'systemd-user-sessions.service',
] as const;

/** More than any boot has units that come one after the other; a bound, should the answers make no sense. */
const mostSteps = 64;

const properties = ['Id', 'Names', 'LoadState', 'ActiveState', 'Job', 'WantedBy', 'RequiredBy', 'After'];

/** What systemd says of one unit. */
type Unit = Readonly<Record<string, string>>;

/** Which units count: those that have a job now, or also those that a boot will start. */
export type Among = 'jobs' | 'boot';

/**
 * What lets people log in and comes after one of `goals`, each as a chain of names: every unit waits for the next,
 * and the last is a goal. By the orderings of systemd (After=, with what Before= of others adds to it). RackConnect
 * logs in by SSH, so that with such a chain its automation can never end. Never throws; empty where systemd
 * does not answer.
 */
export async function holdUps(
  ask: AskSystemctl,
  goals: readonly string[],
  among: Among,
): Promise<readonly (readonly string[])[]> {
  const before = new Map<string, string>();
  const found: string[][] = [];
  const pending = (await unitsOf(ask, goals)).filter((goal) => counts(goal, among)).map(({ Id }) => Id);
  let todo: readonly string[] = pending.length > 0 ? logins : [];
  for (let step = 0; step < mostSteps && todo.length > 0; step += 1) {
    const next: string[] = [];
    for (const unit of (await unitsOf(ask, todo)).filter((one) => counts(one, among))) {
      const id = unit.Id ?? '';
      // Reached by another of its names.
      const from = words(unit.Names).flatMap((name) => before.get(name) ?? [])[0];
      if (from !== undefined && !before.has(id)) before.set(id, from);
      for (const name of words(unit.After)) {
        if (pending.includes(name)) found.push([...chainTo(id, before), name]);
        else if (!before.has(name) && !isLogin(name)) {
          before.set(name, id);
          next.push(name);
        }
      }
    }
    todo = next;
  }
  return found;
}

const isLogin = (name: string): boolean => (logins as readonly string[]).includes(name);

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter(Boolean);

/** A unit that nothing starts holds nothing up. */
function counts(unit: Unit, among: Among): boolean {
  if (unit.LoadState !== 'loaded') return false;
  if (unit.Job) return true;
  if (among === 'jobs') return false;
  return unit.ActiveState === 'active' || words(`${unit.WantedBy ?? ''} ${unit.RequiredBy ?? ''}`).length > 0;
}

/** From what lets people log in to `unit`. */
function chainTo(unit: string, before: ReadonlyMap<string, string>): string[] {
  const chain = [unit];
  for (let at = before.get(unit); at !== undefined; at = before.get(at)) chain.unshift(at);
  return chain;
}

/** A chain of units as words: `systemd-user-sessions.service waits for remote-fs.target, that for srv.mount`. */
export function inWords([first = '', second = '', ...others]: readonly string[]): string {
  return [`${first} waits for ${second}`, ...others.map((unit) => `that for ${unit}`)].join(', ');
}

async function unitsOf(ask: AskSystemctl, names: readonly string[]): Promise<readonly Unit[]> {
  const output = await ask(['show', `--property=${properties.join(',')}`, '--', ...names]);
  // An empty line stands between two units.
  return (output ?? '')
    .trim()
    .split(/\n\n+/)
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
      ),
    );
}

/**
 * The service that a process belongs to, by the text of its /proc/PID/cgroup (cgroups(7)); undefined for a login
 * session, and where no systemd has put it anywhere. Of the unified hierarchy and systemd's own of version 1 both may be
 * there, and only one of them in use.
 */
export function serviceOf(cgroup: string): string | undefined {
  const paths = [...cgroup.matchAll(/^(?:0:|\d+:name=systemd):(.*)$/gm)].map(([, path]) => path ?? '');
  const names = paths.flatMap((path) => path.split('/').at(-1) ?? []);
  return names.find((name) => name.endsWith('.service'));
}

/**
 * The units whose start is not over before a process of `service` has ended. From cloud-init 24.3 on all of its
 * stages run in one service, and what others wait for are stages (cloud-init.service was that of bootcmd before).
 */
export function stagesOf(service: string): readonly string[] {
  if (!service.startsWith('cloud-init')) return [service];
  return [service, 'cloud-init-local.service', 'cloud-init.service', 'cloud-init-network.service'];
}
