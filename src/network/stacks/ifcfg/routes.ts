import { RcWaitError } from '../../../base/error.ts';
import type { NetworkFile } from '../../types.ts';
import { linesOf } from '../text/marks.ts';
import { ipSpec, isZero, routeChange } from '../text/route-words.ts';
import { type Assignment, linesToDisable, readShellFile } from '../text/shell.ts';

/** A file of static routes, in either syntax of the network-scripts. */
export interface RouteFile {
  readonly defaults: readonly RouteDefault[];
  /** the number for another route; undefined if no numbered route is left, so the route is a line of arguments */
  freeNumber(off: readonly RouteDefault[]): number | undefined;
}

/** An IPv4 default route of the main table. */
export interface RouteDefault {
  readonly via: string | undefined;
  /** the device that it names; undefined means the file's device */
  readonly device: string | undefined;
  readonly lines: readonly number[];
  /** it takes effect; lines of arguments do not while numbered routes exist, but may once those are gone */
  readonly isLive: boolean;
  /** only in the numbered syntax */
  readonly number?: number;
}

/**
 * Reads a file `route-NAME` the way ifup-routes of the network-scripts does. A file with numbered settings
 * (`ADDRESSn=`, `NETMASKn=`, `GATEWAYn=`) has those alone; other files have lines of arguments for "ip route add".
 */
export function readRouteFile(file: NetworkFile): RouteFile {
  if (/^[ \t]*ADDRESS\d+=/m.test(file.text)) return readNumbered(file);
  return { defaults: argumentDefaults(file, true), freeNumber: () => undefined };
}

function argumentDefaults({ text }: NetworkFile, isLive: boolean): RouteDefault[] {
  return linesOf(text).flatMap((line, index): RouteDefault[] => {
    // With ifup-routes, ip(8) refuses a line with a comment at its end; NetworkManager accepts it.
    const words = line.text
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (words[0] === '') return [];
    const spec = ipSpec(words);
    return spec === undefined || spec === 'unclear' ? [] : [{ ...spec, lines: [index], isLive }];
  });
}

/**
 * The default routes of /etc/sysconfig/static-routes. Each line has a device or `any`, then the
 * arguments of "route add" without the first hyphen (/etc/init.d/network and the older ifup-routes).
 */
export function staticDefaults({
  text,
}: NetworkFile): { via: string | undefined; device: string | undefined; line: number }[] {
  return linesOf(text).flatMap((one, line) => {
    const [name = '', ...words] = one.text.trim().split(/\s+/);
    const [first = '', ...rest] = words;
    const change = routeChange(['add', `-${first}`, ...rest]);
    if (name.startsWith('#') || change.kind !== 'adds') return [];
    return [{ via: change.via, device: change.device ?? (name === 'any' ? undefined : name), line }];
  });
}

function readNumbered(file: NetworkFile): RouteFile {
  const { assignments } = readShellFile(file);
  const numbers = new Set(
    assignments.flatMap(({ key }) => /^ADDRESS(\d+)$/.exec(key)?.[1] ?? []).map(Number),
  );
  const lastOf = (key: string) => assignments.findLast((one) => one.key === key);
  const defaults = [...numbers].flatMap((number): RouteDefault[] => {
    const keys = [`ADDRESS${number}`, `NETMASK${number}`, `GATEWAY${number}`];
    const [address, netmask, gateway] = keys.map(lastOf);
    // ip(8) refuses another address with this netmask; NetworkManager, which reads these files as well, masks it.
    const isWide = isZero(netmask?.value ?? '');
    if (!isWide && (netmask?.value || !isZero(address?.value ?? ''))) return [];
    const own: Assignment[] = assignments.filter(({ key }) => keys.includes(key));
    return [
      { via: gateway?.value, device: undefined, lines: linesToDisable(file, own), isLive: true, number },
    ];
  });
  return {
    defaults: [...defaults, ...argumentDefaults(file, false)],
    freeNumber(off) {
      const gone = off.map(({ number }) => number);
      const left = [...numbers].filter((number) => !gone.includes(number)).sort((a, b) => a - b);
      // ifup-routes counts from 0 and stops at the first missing number.
      const gap = gone.find((number) => number !== undefined && left.some((other) => other > number));
      const last = left.at(-1);
      if (gap === undefined) return last === undefined ? undefined : last + 1;
      throw new RcWaitError(
        'NETWORK_FILE',
        `cannot edit ${file.path}: without ADDRESS${gap}, the default route, the routes after it would be lost`,
        { hint: 'nothing was changed; give the default route the last number' },
      );
    },
  };
}
