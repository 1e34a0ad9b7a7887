import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseScenario } from '../src/simulator/scenario.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { median, type Run, table, timed } from './measure.ts';

const rounds = 3;
const waitS = 60;

/** A wait as it ran: what it took, and the requests that it made. */
interface Wait extends Run {
  readonly requests: number;
}

/** A waiting program: its argv for this API. */
type Waiter = (api: string, directory: string) => readonly string[];

const loop: Waiter = (api) => {
  const get = `curl --silent '${api}/v1/automation_status/details?format=JSON'`;
  return ['sh', '-c', `until ${get} | grep --quiet '"DEPLOYED"'; do sleep 2.24; done`];
};

const rcWait: Waiter = (api, directory) => {
  const state = ['--state-dir', join(directory, 'state')];
  return ['dist/rc-wait', 'wait', '--api-url', api, '--network', 'off', '--quiet', ...state];
};

/**
 * What a wait of 60 s takes, with all processes that it starts: beside a loop of curl, grep and sleep with the same polls
 * (baseline). All run at once, each against a simulator of its own. In a service rc-wait also runs systemd-notify, whose
 * messages python3 receives here.
 */
export async function benchWait(): Promise<void> {
  const canNotify = ['python3', 'systemd-notify'].every(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  const waits: Record<string, Wait[]> = { 'curl | grep; sleep 2.24 (baseline)': [], 'rc-wait wait': [] };
  const inService = 'rc-wait wait, in a service';
  if (canNotify) waits[inService] = [];
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(
      Object.entries(waits).map(async ([name, runs], index) =>
        runs.push(await waitOnce(index === 0 ? loop : rcWait, name === inService)),
      ),
    );
  }
  const names = Object.keys(waits);
  const of = (name: string | undefined, part: keyof Wait): number =>
    median((waits[name ?? ''] ?? []).map((run) => run[part]));
  const ratio = (name: string, part: keyof Wait): string => (of(name, part) / of(names[0], part)).toFixed(2);
  console.log(`\nA wait of ${waitS} s, children included: median of ${rounds} runs each, all at once\n`);
  console.log(
    table([
      ['program', 'cpu ms', 'peak MB of its largest process', 'requests', 'cpu ratio', 'memory ratio'],
      ...names.map((name) => [
        name,
        of(name, 'cpuMs').toFixed(0),
        (of(name, 'peakKb') / 1024).toFixed(1),
        String(of(name, 'requests')),
        ratio(name, 'cpuMs'),
        ratio(name, 'peakKb'),
      ]),
    ]),
  );
  if (!canNotify) console.log(`\nwithout the row of a service: it needs python3 and systemd-notify`);
}

async function waitOnce(waiter: Waiter, isService: boolean): Promise<Wait> {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  const simulator = await startSimulator({ scenario: parseScenario(`{deployedAfter: ${waitS}s}`, 'bench') });
  const socket = join(directory, 'notify');
  const receiver = isService ? await startReceiver(socket) : undefined;
  try {
    const argv = waiter(simulator.url, directory);
    const run = await timed(isService ? ['env', `NOTIFY_SOCKET=${socket}`, ...argv] : argv);
    return { ...run, requests: simulator.summary('127.0.0.1').requests };
  } finally {
    receiver?.kill();
    await simulator.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Takes messages as systemd does. The descriptors that systemd-notify waits for are closed by the kernel, unread. */
const receive = `
import socket, sys
taker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
taker.bind(sys.argv[1])
print("ready", flush=True)
while True: taker.recv(4096)
`;

function startReceiver(socket: string): Promise<ChildProcess> {
  const child = spawn('python3', ['-c', receive, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the receiver ended with status ${code}`)));
    child.stdout.once('data', () => resolve(child));
  });
}
