import type { ErrorCode } from '../base/error.ts';
import { exitOfCode, exitOfOutcome, seeSection } from './exit.ts';
import { wrap } from './screen/text.ts';
import { clean, cut, widthOf } from './words.ts';

/** The topics of looks, in the order in which they are shown. */
export const topics = ['server', 'automation', 'api', 'quota', 'network', 'service'] as const;

type Topic = (typeof topics)[number];

/** One thing that was looked at. */
export interface Look {
  readonly topic: Topic;
  /** a word or two: `region`, `ledger` */
  readonly what: string;
  /** what was seen */
  readonly seen: string;
  /** the source, or the reason */
  readonly because?: string;
  /** what is wrong with it; undefined: nothing */
  readonly fault?: Fault;
  /** for a person, in place of the look where nothing is wrong: what goes on */
  readonly next?: string;
}

/** The error, or the verdict, that a wait would end with. */
export type FaultCode = ErrorCode | 'FAILED' | 'UNPROCESSABLE';

/** Something that is wrong, and what to do about it. */
export interface Fault {
  readonly code: FaultCode;
  readonly why: string;
  /** what to type, or where to look */
  readonly remedy: string;
}

const titles: Readonly<Record<Topic, string>> = {
  server: 'This server',
  api: 'The RackConnect API',
  quota: 'The quota',
  network: 'The network',
  service: 'systemd',
  automation: 'The automation',
};

/** The exit status that a wait would end with. */
export function exitOfFault(code: FaultCode): number {
  if (code === 'FAILED') return exitOfOutcome('failed');
  return code === 'UNPROCESSABLE' ? exitOfOutcome('unprocessable') : exitOfCode(code);
}

/** The exit status: 0 if nothing is wrong, otherwise the status that a wait would end with for the first fault. */
export function exitOfLooks(looks: readonly Look[]): number {
  const [first] = faultsOf(looks);
  return first?.fault === undefined ? 0 : exitOfFault(first.fault.code);
}

function faultsOf(looks: readonly Look[]): readonly Look[] {
  return topics.flatMap((topic) => looks.filter((look) => look.topic === topic && look.fault !== undefined));
}

/** The columns of the smallest usual terminal. */
const columns = 80;

/**
 * Everything that was seen, for a person: each topic, then what is wrong, the exit status of a wait with it, and what to
 * type. `troublesPage` is the installed docs/troubleshooting.md. Where nothing is wrong it is one screen of 80 × 24: each line is cut to fit.
 */
export function humanDoctor(looks: readonly Look[], troublesPage?: string): string {
  const faults = faultsOf(looks).flatMap(({ fault }) => fault ?? []);
  const isSound = faults.length === 0;
  const shown = isSound ? looks.filter(({ next }) => next === undefined) : looks;
  const lines = topics.flatMap((topic) => linesOf(shown.filter((look) => look.topic === topic)));
  const screen = lines.map(({ short, full }) => (isSound ? short : full));
  const next = looks.flatMap((look) => look.next ?? []);
  const [first = '', ...rest] = wrap(clean(['Nothing is wrong.', ...next].join(' ')), columns);
  // The screen has room for one line more.
  const verdict = rest.length === 0 ? [first] : [first, cut(rest.join(' '), columns)];
  screen.push('', ...(isSound ? verdict : ['What is wrong, and what to do:']));
  faults.forEach(({ why, remedy, code }, index) => {
    const exit = exitOfFault(code);
    screen.push(` ${index + 1}. ${clean(why)} (exit status ${exit})`, `    ${clean(remedy)}`);
    const more = seeSection(troublesPage, { exit, code });
    if (more !== undefined) screen.push(`    ${more}`);
  });
  return `${screen.join('\n')}\n`;
}

interface Line {
  readonly full: string;
  /** for a screen on which nothing is wrong: without the reason where that does not fit */
  readonly short: string;
}

/** The lines of a topic. A reason that several of its looks share is said once. */
function linesOf(looks: readonly Look[]): readonly Line[] {
  const [first] = looks;
  if (first === undefined) return [];
  const width = Math.max(...looks.map(({ what }) => what.length));
  const said = new Set<string>();
  const title = titles[first.topic];
  return [
    { full: title, short: title },
    ...looks.map(({ what, seen, because, fault }) => {
      const line = ` ${fault === undefined ? ' ' : '!'} ${what.padEnd(width)}  ${clean(seen)}`;
      const reasons = clean(because ?? '')
        .split('; ')
        .filter((reason) => reason !== '' && !said.has(reason));
      for (const reason of reasons) said.add(reason);
      const full = reasons.length === 0 ? line : `${line}  (${reasons.join('; ')})`;
      return { full, short: widthOf(full) <= columns ? full : cut(line, columns) };
    }),
  ];
}

/** The document of `--output json`: docs/schema/doctor-v1.json. */
export function doctorDocument(looks: readonly Look[]): object {
  return {
    schema: 'rc-wait/doctor/v1',
    healthy: faultsOf(looks).length === 0,
    looks: topics.flatMap((topic) =>
      looks
        .filter((look) => look.topic === topic)
        .map(({ what, seen, because, fault }) => ({
          topic,
          what,
          seen,
          because: because ?? null,
          fault: fault === undefined ? null : { ...fault, exit_status: exitOfFault(fault.code) },
        })),
    ),
  };
}
