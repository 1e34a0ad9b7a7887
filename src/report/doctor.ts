import type { ErrorCode } from '../base/error.ts';
import { exitOfCode } from './exit.ts';
import { clean } from './words.ts';

/** The topics of looks, in the order in which they are shown. */
export const topics = ['server', 'api', 'quota', 'network', 'service', 'automation'] as const;

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
}

/** Something that is wrong, and what to do about it. */
interface Fault {
  /** the error that a wait would end with */
  readonly code: ErrorCode;
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
  automation: 'Why the automation FAILED',
};

/** The exit status: 0 if nothing is wrong, otherwise the status that a wait would end with for the first fault. */
export function exitOfLooks(looks: readonly Look[]): number {
  const [first] = faultsOf(looks);
  return first?.fault === undefined ? 0 : exitOfCode(first.fault.code);
}

function faultsOf(looks: readonly Look[]): readonly Look[] {
  return topics.flatMap((topic) => looks.filter((look) => look.topic === topic && look.fault !== undefined));
}

/** Everything that was seen, on one screen for a person: each topic, then what is wrong and what to type. */
export function humanDoctor(looks: readonly Look[]): string {
  const width = Math.max(0, ...looks.map(({ what }) => what.length));
  const lines: string[] = [];
  for (const topic of topics) {
    const own = looks.filter((look) => look.topic === topic);
    if (own.length === 0) continue;
    lines.push(titles[topic]);
    for (const { what, seen, because, fault } of own) {
      const mark = fault === undefined ? ' ' : '!';
      const reason = because === undefined ? '' : `  (${clean(because)})`;
      lines.push(` ${mark} ${what.padEnd(width)}  ${clean(seen)}${reason}`);
    }
  }
  const faults = faultsOf(looks).flatMap(({ fault }) => fault ?? []);
  lines.push('', faults.length === 0 ? 'Nothing is wrong.' : 'What is wrong, and what to do:');
  faults.forEach(({ why, remedy }, index) => {
    lines.push(` ${index + 1}. ${clean(why)}`, `    ${clean(remedy)}`);
  });
  return `${lines.join('\n')}\n`;
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
          fault: fault ?? null,
        })),
    ),
  };
}
