import { linesOf } from '../text/marks.ts';
import { isDefaultPrefix, isZero } from '../text/route-words.ts';

/** An IPv4 default route of the main table. */
export interface RouteDefault {
  readonly via: string;
  /** the interface that the line names; undefined for `-` */
  readonly device: string | undefined;
  /** indexes of its lines; more than one if a backslash joins them */
  readonly lines: readonly number[];
  /** it has no option except a metric: wicked may refuse others, and the whole route with them */
  readonly isPlain: boolean;
}

/** Options that take a value, so a route type after one is no type (`scope local`). */
const valued = /^(scope|proto|protocol|table|src|via|dev|realm|weight|metric|mtu|tos|dsfield)$/;
const otherTypes = /^(local|broadcast|multicast|throw|unreachable|prohibit|blackhole|nat)$/;

/**
 * The default routes of a file (ifroute(5)): destination, gateway, netmask, interface, options.
 * A `#` ends a line wherever it stands, and a backslash at its end joins the next line
 * (client/suse/ifcfg-routes.c of wicked). `default` has the address family of its gateway.
 */
export function defaultsOf(text: string): RouteDefault[] {
  return logicalLines(text).flatMap(({ text: line, lines }) => {
    const [to = '', via = '-', netmask = '-', device = '-', ...options] = line.trim().split(/[ \t]+/);
    // wicked reads 0.0.0.0 without a mask as a host route; the scripts before wicked did not.
    const isWide = netmask === '-' || isZero(netmask.replace(/^\//, ''));
    if (!(isDefaultPrefix(to) || (isZero(to) && isWide)) || via.includes(':')) return [];
    const table = options[options.indexOf('table') + 1];
    const isMain = !options.includes('table') || table === 'main' || table === '254';
    const isPath = !options.some((word, at) => otherTypes.test(word) && !valued.test(options[at - 1] ?? ''));
    if (!isMain || !isPath) return [];
    return [
      {
        via,
        device: device === '-' ? undefined : device,
        lines,
        isPlain: /^(metric \d+)?$/.test(options.join(' ')),
      },
    ];
  });
}

/** Lines as wicked reads them, each with the indexes of the lines in the file. */
function logicalLines(text: string): { text: string; lines: number[] }[] {
  const found: { text: string; lines: number[] }[] = [];
  let isOpen = false;
  linesOf(text).forEach((line, index) => {
    const last = found.at(-1);
    const joined = line.text.replace(/\\$/, ' ');
    if (isOpen && last !== undefined) {
      last.text += joined;
      last.lines.push(index);
    } else found.push({ text: joined, lines: [index] });
    isOpen = joined !== line.text;
  });
  return found.map(({ text: whole, lines }) => ({ text: whole.split('#', 1)[0] ?? '', lines }));
}
