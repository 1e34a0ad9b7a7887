/** Runs systemctl(1); resolves to its output, or undefined if it could not run. */
export type AskSystemctl = (args: readonly string[]) => Promise<string | undefined>;

/** The units that a login by SSH needs: sshd, as Debian and others name it, and the unit that removes /run/nologin. */
const logins = [
  'ssh.service',
  'sshd.service',
  'ssh.socket',
  'sshd.socket',
  'systemd-user-sessions.service',
] as const;

/** Longer than any chain of units in a boot; a limit in case the answers make no sense. */
const mostSteps = 64;

const properties = ['Id', 'Names', 'LoadState', 'ActiveState', 'Job', 'WantedBy', 'RequiredBy', 'After'];

/** The properties of a unit. */
type Unit = Readonly<Record<string, string>>;

/** Which units count: only units with a job now, or also units that the next boot will start. */
export type Among = 'jobs' | 'boot';

/**
 * The login units that systemd orders after one of `goals` (After=, including what Before= of others adds), each as
 * a chain of names: every unit waits for the next, and the last is a goal. RackConnect logs in by SSH, so with such
 * a chain its automation can never end. Never throws; empty if systemd does not answer.
 */
export function holdUps(
  ask: AskSystemctl,
  goals: readonly string[],
  among: Among,
): Promise<readonly (readonly string[])[]> {
  return chainsBetween(ask, logins, goals, among);
}

/** As `holdUps`, from other units than those of logins. */
export async function chainsBetween(
  ask: AskSystemctl,
  starts: readonly string[],
  goals: readonly string[],
  among: Among,
): Promise<readonly (readonly string[])[]> {
  const before = new Map<string, string>();
  const found: string[][] = [];
  const pending = await idsOf(ask, goals, among);
  let todo: readonly string[] = pending.length > 0 ? starts : [];
  for (let step = 0; step < mostSteps && todo.length > 0; step += 1) {
    const next: string[] = [];
    for (const unit of (await unitsOf(ask, todo)).filter((one) => counts(one, among))) {
      const id = unit.Id ?? '';
      // The unit may have been reached by an alias.
      const from = words(unit.Names).flatMap((name) => before.get(name) ?? [])[0];
      if (from !== undefined && !before.has(id)) before.set(id, from);
      for (const name of words(unit.After)) {
        if (pending.includes(name)) found.push([...chainTo(id, before), name]);
        else if (!before.has(name) && !starts.includes(name)) {
          before.set(name, id);
          next.push(name);
        }
      }
    }
    todo = next;
  }
  return found;
}

/** The names by which systemd goes for those of the units that count. */
export async function idsOf(
  ask: AskSystemctl,
  names: readonly string[],
  among: Among,
): Promise<readonly string[]> {
  const units = (await unitsOf(ask, names)).filter((unit) => counts(unit, among));
  return units.map(({ Id }) => Id ?? '');
}

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter(Boolean);

/** Whether a unit counts: a unit that nothing starts delays nothing. */
function counts(unit: Unit, among: Among): boolean {
  if (unit.LoadState !== 'loaded') return false;
  if (unit.Job) return true;
  if (among === 'jobs') return false;
  return unit.ActiveState === 'active' || words(`${unit.WantedBy ?? ''} ${unit.RequiredBy ?? ''}`).length > 0;
}

/** The chain from a login unit to `unit`. */
function chainTo(unit: string, before: ReadonlyMap<string, string>): string[] {
  const chain = [unit];
  for (let at = before.get(unit); at !== undefined; at = before.get(at)) chain.unshift(at);
  return chain;
}

/** A chain for a person: `systemd-user-sessions.service waits for remote-fs.target, that for srv.mount`. */
export function chainInWords([first = '', second = '', ...others]: readonly string[]): string {
  return [`${first} waits for ${second}`, ...others.map((unit) => `that for ${unit}`)].join(', ');
}

async function unitsOf(ask: AskSystemctl, names: readonly string[]): Promise<readonly Unit[]> {
  const output = await ask(['show', `--property=${properties.join(',')}`, '--', ...names]);
  // An empty line separates two units.
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
 * The service of a process, from the text of its /proc/PID/cgroup (cgroups(7)); undefined for a login session, and
 * for a process that systemd did not start. Both the unified hierarchy and systemd's own version 1 hierarchy may be
 * listed, with only one of them in use.
 */
export function serviceOf(cgroup: string): string | undefined {
  const paths = [...cgroup.matchAll(/^(?:0:|\d+:name=systemd):(.*)$/gm)].map(([, path]) => path ?? '');
  const names = paths.flatMap((path) => path.split('/').at(-1) ?? []);
  return names.find((name) => name.endsWith('.service'));
}

/**
 * The units whose start cannot finish before a process of `service` ends. From cloud-init 24.3 on, all its stages
 * run in one service, and other units wait for the stages (before, cloud-init.service ran the stage of bootcmd).
 */
export function stagesOf(service: string): readonly string[] {
  if (!service.startsWith('cloud-init')) return [service];
  return [service, 'cloud-init-local.service', 'cloud-init.service', 'cloud-init-network.service'];
}
