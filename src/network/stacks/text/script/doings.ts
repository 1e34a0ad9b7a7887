import { changeOf, commandsOf, type NextHop, withLiterals } from '../route-command.ts';
import type { Known } from '../route-words.ts';
import { folderAfter, type Launch, launchesOf, nameIn, programOf } from './launch.ts';
import { type Loss, lossOf } from './losses.ts';

/** A command at a line of a script. */
export interface At {
  /** from 1 */
  readonly line: number;
  /** it runs only under a condition */
  readonly isConditional: boolean;
  /** as written, for a person */
  readonly words: string;
}

/** A default route that a script adds. */
interface Added extends NextHop, At {}

/** A command that takes default routes out of the kernel, and what follows it. */
export interface Taken extends Loss, At {
  /** the default routes that are added afterwards */
  readonly added: readonly Added[];
  /** the commands that come after it, as words */
  readonly next: readonly (readonly Known[])[];
}

/** What a command line, or a whole script, does with IPv4 default routes. */
export interface RouteEffects {
  /** routes that it certainly adds once it gets that far */
  readonly adds: readonly Added[];
  /** commands that change routes in a way that only running them reveals */
  readonly unclear: readonly At[];
  readonly takes: readonly Taken[];
  /** commands that may bring up an interface or a tunnel by themselves */
  readonly bringers: readonly At[];
  /** the files that it runs, in order */
  readonly runs: readonly Launch[];
}

/** The search path of a service (systemd.exec(5)), and of a shell of root's. */
const usualPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * What a command line, or a whole script of sh(1), does with IPv4 default routes.
 * @param start the folder in which it starts
 */
export function effectsOf(text: string, start = '/'): RouteEffects {
  const plain = withLiterals(text);
  const searchPath = [...pathsIn(plain), ...usualPath];
  const commands = commandsOf(plain).map((command) => ({
    command,
    known: programOf(command.words.map(({ value }) => value)),
  }));
  const [adds, unclear, bringers, runs]: [Added[], At[], At[], Launch[]] = [[], [], [], []];
  const losses: (Loss & At & { readonly index: number; readonly earlier: number })[] = [];
  let folder: string | undefined = start;
  let mayHaveEnded = false;
  for (const [index, { command, known }] of commands.entries()) {
    const at: At = {
      line: command.line,
      isConditional: mayHaveEnded || command.isInside || command.isConditional,
      words: command.words.map(({ text: word }) => word).join(' '),
    };
    // Behind an `exit` nothing is certain; it is still read, because the `exit` may stand in a branch.
    if (/^(exit|return)$/.test(known[0] ?? '')) mayHaveEnded = true;
    const change = changeOf(command);
    const loss = lossOf(known);
    if (change.kind === 'adds' && (change.via ?? change.device) !== undefined) {
      adds.push({ via: change.via, device: change.device, ...at });
    } else if (loss !== undefined) losses.push({ ...loss, ...at, index, earlier: adds.length });
    else if (change.kind !== 'none') unclear.push(at);
    if (isBringing(known)) bringers.push(at);
    else runs.push(...launchesOf({ ...command, isConditional: at.isConditional }, { folder, searchPath }));
    folder = folderAfter(command, folder);
  }
  const takes = losses.map(({ index, earlier, ...loss }) => ({
    ...loss,
    added: adds.slice(earlier),
    next: commands.slice(index + 1).map(({ known }) => known),
  }));
  return { adds, unclear, takes, bringers, runs };
}

/** The folders that a script puts into its search path. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/^[ \t]*(?:export[ \t]+)?PATH=["']?([^"'\s;#]*)/gm)].flatMap(([, value = '']) =>
    value.split(':').filter((one) => /^\/[\w./-]+$/.test(one)),
  );
}

/** Whether a command brings up an interface or a tunnel, and any default route with it; not one that only asks. */
function isBringing([program, ...rest]: readonly Known[]): boolean {
  if (program === undefined || !isBringer(program)) return false;
  const has = (words: RegExp) => rest.some((word) => word === undefined || words.test(word));
  const name = nameIn(program);
  if (name === 'nmcli')
    return has(/^(u|up|a|add|m|mod|modify|connect|reapply|import|on)$/) && !has(/^s(h|ho|how)?$/);
  if (name === 'networkctl') return has(/^(up|renew|reconfigure|reload)$/);
  if (name === 'wg-quick') return has(/^up$/);
  // A DHCP client that gives its address back, or a question.
  return !has(/^(-r|-x|-k|--(release|exit|version|help)|-V|-h)$/);
}

/** Whether a program can bring up interfaces or tunnels, and any default route with them. */
function isBringer(program: string): boolean {
  return /^(dhclient|dhcpcd|udhcpc|pump|pppd|pon|wg-quick|openvpn|nmcli|networkctl)$/.test(nameIn(program));
}

/** The doings of a command that stands at one line of a file of another kind. */
export function atLine(doings: RouteEffects, line: number): RouteEffects {
  const at = <T extends { readonly line: number }>(all: readonly T[]) => all.map((one) => ({ ...one, line }));
  return {
    adds: at(doings.adds),
    unclear: at(doings.unclear),
    takes: at(doings.takes),
    bringers: at(doings.bringers),
    runs: at(doings.runs),
  };
}

const ofRoutes =
  /\b(ip\s+(-\S+\s+)*(r|ro|rou|rout|route|a|addr|address|l|link)\b|route\s+(add|del)|iproute|pyroute2|dhclient|dhcpcd|udhcpc|nmcli|networkctl|ifconfig|ifup|ifdown|netplan\s+apply|wg-quick|pppd)\b/;

/** Whether a text names, outside comments, a command for routes or interfaces. */
export function namesRoutes(text: string): boolean {
  // Other languages may name it word by word: `["ip", "route", …]`.
  const joined = text.replace(/["'],\s*["']/g, ' ');
  return joined.split('\n').some((line) => ofRoutes.test(line.replace(/(^|\s)#.*/, '')));
}
