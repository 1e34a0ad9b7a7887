import { readFileSync } from 'node:fs';
import type { Options } from 'yargs';
import { RcWaitError, reasonOf } from '../base/error.ts';
import type { LogEntry } from '../simulator/log.ts';
import { type Command, command, type Io } from './command.ts';

const simulateFlags = {
  listen: {
    string: true,
    requiresArg: true,
    default: '127.0.0.1:8080',
    describe: 'Address and port; port 0 takes any free one',
  },
  scenario: {
    string: true,
    requiresArg: true,
    describe: 'YAML file that says what happens to the servers (default: DEPLOYED after about 20 s)',
  },
  quiet: { boolean: true, default: false, describe: 'Do not show the requests' },
} as const satisfies Record<string, Options>;

/** `rc-wait simulate` */
export const simulateCommand: Command = command({
  name: 'simulate',
  summary: 'The RackConnect API on loopback, with its rules, for trying things out',
  flags: simulateFlags,
  examples: [
    ['$0 simulate', 'a server that is DEPLOYED after about 20 s, on http://127.0.0.1:8080'],
    ['$0 simulate --listen 127.0.0.1:0 --scenario FILE', 'what FILE says, on any free port'],
  ],
  notes:
    'Each source address is a server of its own: 127.0.0.1, 127.0.0.2 and so on. Ends with Ctrl-C. The keys of a scenario: docs/simulator.md.',
  async run(args, io) {
    const { defaultScenario, parseScenario } = await import('../simulator/scenario.ts');
    const { startSimulator } = await import('../simulator/server.ts');
    const file = args.scenario;
    const scenario = file === undefined ? defaultScenario : parseScenario(readScenario(file), file);
    const simulator = await startSimulator({ scenario, ...parseListen(args.listen) });
    io.out(`${simulator.url}\n`);
    const stopShowing = args.quiet ? () => {} : showRequests(simulator.log, io);
    await new Promise<void>((resolve) =>
      io.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    stopShowing();
    await simulator.close();
    return 0;
  },
});

function readScenario(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RcWaitError('SCENARIO', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function parseListen(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host !== undefined && port !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new RcWaitError(
    'USAGE',
    `cannot listen on ${text}: an address and a port are expected, such as 127.0.0.1:8080`,
  );
}

/** Shows each request once its answer is decided; returns what stops it. */
function showRequests(log: readonly LogEntry[], io: Io): () => void {
  // By entry and not by index: the log forgets its oldest entries, and a delayed answer comes after later ones.
  const shown = new WeakSet<LogEntry>();
  const show = (): void => {
    for (const entry of log.filter((one) => one.status !== undefined && !shown.has(one))) {
      shown.add(entry);
      const { source, operation, format, status, fault, refused } = entry;
      const note = refused ? ' (quota)' : fault === undefined ? '' : ` (${fault})`;
      io.err(`${source} ${operation ?? '?'} ${format ?? ''} ${status}${note}\n`);
    }
  };
  const timer = setInterval(show, 250);
  return () => {
    clearInterval(timer);
    show();
  };
}
