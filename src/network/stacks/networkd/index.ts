import { RcWaitError } from '../../../base/error.ts';
import type { Command, GatewayTarget, InterfaceRef, NetworkFile, ReloadContext } from '../../types.ts';
import { ownPathOf } from '../drop-in.ts';
import { regardless } from '../regardless.ts';
import type { Stack } from '../stack.ts';
import { nameOf } from '../text/glob.ts';
import { offMark } from '../text/marks.ts';
import { networkdAtBoot, unitObstacles } from './boot.ts';
import { networkdDefaults } from './defaults.ts';
import { changesOf } from './edit.ts';
import { ignoredUnitWords, refuseIgnoredUnit } from './ignored.ts';
import { isForOneOnly } from './match.ts';
import { unitOverrules } from './overrule.ts';
import { originalUnits, publicUnits } from './public.ts';
import {
  candidatesFor,
  interfaceNameOf,
  isFromNetplan,
  isUnmanaged,
  labelsOf,
  networkdSources,
  readUnits,
  sectionsOf,
  staticAddresses,
  type Unit,
} from './units.ts';

const status = ['networkctl', '--no-pager', 'status', '--all'] as const;

/**
 * systemd-networkd: the gateway goes into a drop-in of the file that configures its interface, and
 * every other default route is removed from its file.
 *
 * Static resolvers of public interfaces are repeated in that drop-in and cleared by a drop-in for each
 * public unit: an empty DNS= clears those set before it, so the files themselves stay as they are.
 * Resolvers from DHCP stay, and those of resolved.conf(5) belong to no interface.
 */
export const networkd: Stack = {
  name: 'networkd',
  holdMs: 1_000,
  tools: ['networkctl'],
  sources: networkdSources,
  // User= of systemd-networkd.service, whose capabilities do not include CAP_DAC_OVERRIDE. udevd, which reads *.link, is root.
  readsAs: 'systemd-network',
  atBoot: networkdAtBoot,

  daemon: {
    unit: 'systemd-networkd.service',
    question: {
      // Most of the rest of the output is each link's last journal lines (before 245 they cannot be left out).
      command: { argv: [...status, '--lines=0'], timeoutMs: 10_000 },
      olderCommand: { argv: status, timeoutMs: 10_000 },
      understand: understandStatus,
    },
  },

  configures(files, link) {
    // A unit that networkd cannot read counts here: it is why the interface is not configured, and `edit` says so.
    const [first] = candidatesFor(readUnits(regardless(files)), link);
    return first !== undefined && !isFromNetplan(first.unit) && !isUnmanaged(first.unit);
  },

  addresses: (files) => staticAddresses(readUnits(regardless(files))),

  labels: (files) => labelsOf(readUnits(regardless(files))),

  doubts: ignoredUnitWords,

  publicInterfaces(files, target) {
    const units = readUnits(files);
    return publicUnits(units, originalUnits(files), homeOf(units, target), target).map(interfaceNameOf);
  },

  defaults: networkdDefaults,

  bootObstacles: (files, link) =>
    candidatesFor(readUnits(files), link)
      .slice(0, 1)
      .flatMap(({ unit }) => unitObstacles(unit, link)),

  overrules: unitOverrules,

  edit(files, target) {
    refuseIgnoredUnit(files, target);
    const units = readUnits(files);
    return changesOf({ files, units, home: homeOf(units, target), target });
  },

  /*
   * `reload` alone reconfigures the interfaces whose files it sees changed, but which drop-ins it checks
   * differs between versions, so the interfaces are named as well (both verbs need systemd 244). The
   * gateway's comes first, so that the server always has a default route.
   */
  reload: (target, context) => reloading(target, context),
  restore: (target, context) => reloading(target, context),
};

function reloading(
  { interfaceName }: GatewayTarget,
  { files, before = files, configFileOf }: ReloadContext,
): Command[] {
  const touched = readUnits(files).filter((unit) => isTouched(files, unit) || isTouched(before, unit));
  const others = [...configFileOf].filter(
    ([name, path]) => name !== interfaceName && touched.some((unit) => unit.name === nameOf(path)),
  );
  const names = [interfaceName, ...others.map(([name]) => name)];
  return [
    { argv: ['networkctl', 'reload'], timeoutMs: 30_000 },
    { argv: ['networkctl', 'reconfigure', ...names], timeoutMs: 60_000 },
  ];
}

/** Whether rc-wait has changed a unit or its drop-ins, now or earlier. */
function isTouched(files: readonly NetworkFile[], unit: Unit): boolean {
  const marked = [unit.file, ...unit.dropIns].some(({ text }) => text.includes(offMark));
  return marked || files.some(({ path }) => path === ownPathOf(unit));
}

/**
 * Reads `networkctl status --all`: the file of each interface that networkd manages.
 * Interfaces that it does not manage have no file, or are "unmanaged".
 */
function understandStatus(output: string): Map<string, string> {
  const configFileOf = new Map<string, string>();
  for (const block of output.split(/^(?=\S{1,3} +\d+: )/m)) {
    const [, name] = /^\S{1,3} +\d+: (\S+)/.exec(block) ?? [];
    const [, path] = /^[ \t]*Network File: (\/\S.*)$/m.exec(block) ?? [];
    const isManaged = !/^[ \t]*State: \S+ \(unmanaged\)/m.test(block);
    // What netplan generated for networkd belongs to netplan.
    if (name && path && isManaged && !path.startsWith('/run/systemd/network/10-netplan-'))
      configFileOf.set(name, path.trim());
  }
  return configFileOf;
}

/** The unit that gets the gateway. */
function homeOf(units: readonly Unit[], link: InterfaceRef): Unit {
  const [first, second] = candidatesFor(units, link);
  const { interfaceName } = link;
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
      `cannot configure ${interfaceName}: ${first.unit.file.path} also matches other interfaces, and they would get the gateway too`,
      { hint: `give ${interfaceName} a .network file of its own that sorts before it` },
    );
  }
  return first.unit;
}
