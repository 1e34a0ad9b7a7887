import { RcWaitError } from '../../base/error.ts';
import type { Command, FileChange, GatewayWish, NetworkFile, Scene, Stack, Target } from '../types.ts';
import { nameOf } from './glob.ts';
import { type IniFile, lastValue } from './ini-file.ts';
import { editLines } from './line-edit.ts';
import { offMark } from './marks.ts';
import { isForOneOnly } from './networkd-match.ts';
import {
  type DefaultRoute,
  defaultRoutes,
  dhcpRoutes,
  overruling,
  withoutSettings,
} from './networkd-routes.ts';
import {
  candidatesFor,
  isNetplans,
  networkdSources,
  ownDropIn,
  readUnits,
  sectionsOf,
  staticAddresses,
  truth,
  type Unit,
} from './networkd-units.ts';

const header = `# Written by rc-wait: the one default route of this server. Changes here are lost.
# To undo it: remove all files of this name; in the other files below
# /etc/systemd/network take away the marks "${offMark}"; then run
# "networkctl reload" and "networkctl reconfigure" with the interfaces' names.
`;

/**
 * systemd-networkd: our route in a drop-in of the file that configures the
 * interface, and every other default route out of the files that hold one.
 */
export const networkd: Stack = {
  name: 'networkd',
  holdMs: 1_000,
  tools: ['networkctl'],
  sources: networkdSources,

  daemon: {
    unit: 'systemd-networkd.service',
    question: {
      command: { argv: ['networkctl', '--no-pager', 'status', '--all'], timeoutMs: 10_000 },
      understand: understandStatus,
    },
  },

  configures(files, target) {
    const [first] = candidatesFor(readUnits(files), target);
    return first !== undefined && !isNetplans(first.unit) && !isUnmanaged(first.unit);
  },

  addresses: (files) => staticAddresses(readUnits(files)),

  edit(files, wish) {
    const units = readUnits(files);
    const home = homeOf(units, wish);
    const routes = units.flatMap(defaultRoutes);
    const kept = defaultRoutes(home).find(({ via, file }) => via === wish.gateway && !isVolatile(file));
    const off = new Map<IniFile, number[]>();
    const putOut = (file: IniFile, lines: readonly number[]) =>
      off.set(file, [...(off.get(file) ?? []), ...lines]);
    // What is as wished in /run is left to the next boot.
    const isAsWished = ({ via, file }: DefaultRoute) => via === wish.gateway && file === home.file;
    for (const route of routes) {
      const stays = isSame(route, kept) || (isVolatile(route.file) && isAsWished(route));
      if (!stays) putOut(route.file, route.lines);
    }
    const wanted = new Map<string, string>();
    for (const unit of units) {
      const isHome = unit === home;
      const late = overruling(unit, ownDropIn, silencedKeys(unit, isHome));
      for (const { file, setting } of late) putOut(file, setting.lines);
      // Without those there may be nothing left to silence.
      const rest = withoutSettings(unit, new Set(late.map(({ setting }) => setting)));
      const text = dropInText(isHome && kept === undefined ? wish : undefined, silencedKeys(rest, isHome));
      if (text !== undefined) wanted.set(ownPathOf(unit), text);
    }
    return [...[...off].map(([file, lines]) => changeOf(file, new Set(lines))), ...ownChanges(files, wanted)];
  },

  /*
   * reload alone re-reads, and reconfigures what it sees changed; which drop-ins it
   * looks at differs between versions, so the interfaces are named as well (both
   * verbs need systemd 244). Ours first: the server is never without a way out.
   */
  reload: (wish, scene) => reloading(wish, scene),
  restore: (wish, scene) => reloading(wish, scene),
};

function reloading({ interfaceName }: GatewayWish, { files, reign }: Scene): Command[] {
  const touched = readUnits(files).filter((unit) => isTouched(files, unit));
  const others = [...reign].filter(
    ([name, path]) => name !== interfaceName && touched.some((unit) => unit.name === nameOf(path)),
  );
  const names = [interfaceName, ...others.map(([name]) => name)];
  return [
    { argv: ['networkctl', 'reload'], timeoutMs: 30_000 },
    { argv: ['networkctl', 'reconfigure', ...names], timeoutMs: 60_000 },
  ];
}

/** Whether rc-wait has changed what a unit says, now or earlier. */
function isTouched(files: readonly NetworkFile[], unit: Unit): boolean {
  const marked = [unit.file, ...unit.dropIns].some(({ text }) => text.includes(offMark));
  return marked || files.some(({ path }) => path === ownPathOf(unit));
}

/**
 * Reads `networkctl status --all`: the file of each interface that networkd
 * manages. Interfaces that it leaves alone have no file, or are "unmanaged".
 */
function understandStatus(output: string): Map<string, string> {
  const reign = new Map<string, string>();
  for (const block of output.split(/^(?=\S{1,3} +\d+: )/m)) {
    const [, name] = /^\S{1,3} +\d+: (\S+)/.exec(block) ?? [];
    const [, path] = /^\s*Network File: (\/\S.*)$/m.exec(block) ?? [];
    const isManaged = !/^\s*State: \S+ \(unmanaged\)/m.test(block);
    // What netplan wrote for networkd is netplan's.
    if (name && path && isManaged && !path.includes('/10-netplan-')) reign.set(name, path.trim());
  }
  return reign;
}

function isUnmanaged(unit: Unit): boolean {
  return truth(lastValue(sectionsOf(unit, 'Link'), 'Unmanaged')) === true;
}

/** The unit that is to hold the gateway. */
function homeOf(units: readonly Unit[], target: Target): Unit {
  const [first, second] = candidatesFor(units, target);
  const { interfaceName } = target;
  if (first === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no .network file matches it`);
  }
  if (second !== undefined || first.verdict === 'maybe') {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot tell which .network file configures ${interfaceName}: ${first.unit.file.path} matches by more than its name and MAC address`,
      { hint: `give ${interfaceName} a .network file with "Name=${interfaceName}" that sorts before it` },
    );
  }
  if (!isForOneOnly(sectionsOf(first.unit, 'Match'))) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot configure ${interfaceName}: ${first.unit.file.path} is for other interfaces as well, and they would get the gateway too`,
      { hint: `give ${interfaceName} a .network file of its own that sorts before it` },
    );
  }
  return first.unit;
}

function isSame(a: DefaultRoute, b: DefaultRoute | undefined): boolean {
  return a.file === b?.file && a.lines[0] === b.lines[0];
}

/**
 * What a unit must not take from DHCP any more. On the interface itself the other
 * routes that DHCP brings stay; elsewhere they go as well, for networkd takes a
 * default route out of option 121 even where the router is not wanted (seen with
 * 252).
 */
function silencedKeys(unit: Unit, isHome: boolean): string[] {
  const { routes, gateway } = dhcpRoutes(unit);
  if (isHome) return gateway ? ['UseGateway'] : [];
  return routes || gateway ? ['UseRoutes', 'UseGateway'] : [];
}

function dropInText(wish: GatewayWish | undefined, silenced: readonly string[]): string | undefined {
  const route = wish && `[Route]\nGateway=${wish.gateway}\nDestination=0.0.0.0/0\n`;
  const dhcp = silenced.length > 0 && `[DHCPv4]\n${silenced.map((key) => `${key}=false\n`).join('')}`;
  const sections = [route, dhcp].filter(Boolean);
  return sections.length === 0 ? undefined : [header, ...sections].join('\n');
}

function ownPathOf({ name }: Unit): string {
  return `/etc/systemd/network/${name}.d/${ownDropIn}`;
}

/** Our own drop-ins as they shall be; those of an earlier wish go. */
function ownChanges(files: readonly NetworkFile[], wanted: ReadonlyMap<string, string>): FileChange[] {
  const own = files.filter(({ path }) => path.startsWith('/etc/') && nameOf(path) === ownDropIn);
  const before = new Map(own.map(({ path, text }) => [path, text]));
  return [...new Set([...wanted.keys(), ...before.keys()])]
    .map((path) => ({ path, before: before.get(path), after: wanted.get(path), mode: 0o644 }))
    .filter((change) => change.before !== change.after);
}

function changeOf({ path, text }: IniFile, off: ReadonlySet<number>): FileChange {
  const after = editLines(text, { off, gone: new Set(), added: [] }, () => false);
  if (isVolatile({ path })) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot take the default route out of ${path}: what writes it at each boot would put it back`,
      { hint: 'find what writes that file and take the default route out there' },
    );
  }
  if (path.startsWith('/etc/')) return { path, before: text, after, mode: 0o644 };
  // A package owns what is in /usr; a file of the same name in /etc hides it (systemd.network(5)).
  const name = path.slice(path.indexOf('/systemd/network/'));
  return { path: `/etc${name}`, before: undefined, after, mode: 0o644 };
}

function isVolatile({ path }: { readonly path: string }): boolean {
  return path.startsWith('/run/');
}
