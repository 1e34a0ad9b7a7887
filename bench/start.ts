import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseScenario } from '../src/simulator/scenario.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { median, type Run, table, timed } from './measure.ts';

const rounds = 30;

const empty = 'an empty script';
const version = 'rc-wait --version';

/**
 * `rc-wait status` against loopback, whole process, beside a bare GET by
 * node:http on the same Node, turn by turn. Two baselines, because they
 * differ: an ESM import of node:http loads parts of Node that require() does
 * not. And `rc-wait --version` beside an empty script.
 */
export async function benchStart(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'rc-wait-bench-'));
  // Without a quota: each run makes its own request.
  const simulator = await startSimulator({
    scenario: parseScenario('{deployedAfter: 1h, quota: {limit: 1000000}}', 'bench'),
  });
  const url = `${simulator.url}/v1/automation_status/details?format=JSON`;
  const get = `http.get('${url}', (answer) => { let body = ''; answer.on('data', (part) => { body += part; }); answer.on('end', () => console.log(body)); });`;
  writeFileSync(join(directory, 'bare.mjs'), `import http from 'node:http';\n${get}\n`);
  writeFileSync(join(directory, 'bare.cjs'), `const http = require('node:http');\n${get}\n`);
  writeFileSync(join(directory, 'empty.cjs'), '');
  const node = 'dist/lib/node';
  const programs: Record<string, (round: number) => string[]> = {
    'bare GET, import http (baseline)': () => [node, join(directory, 'bare.mjs')],
    "bare GET, require('http') (second baseline)": () => [node, join(directory, 'bare.cjs')],
    'rc-wait status': (round) => [
      'dist/rc-wait',
      'status',
      '--api-url',
      simulator.url,
      '--state-dir',
      join(directory, `state-${round}`),
    ],
    [empty]: () => [node, join(directory, 'empty.cjs')],
    [version]: () => ['dist/rc-wait', '--version'],
  };
  const runs = new Map<string, Run[]>(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, argv] of Object.entries(programs)) runs.get(name)?.push(await timed(argv(round)));
  }
  const requests = simulator.summary('127.0.0.1').requests;
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
  if (requests !== rounds * 3)
    throw new Error(`${requests} requests were made, not ${rounds * 3}: the runs are not alike`);

  const of = (name: string, part: keyof Run): number =>
    median((runs.get(name) ?? []).map((run) => run[part]));
  const names = Object.keys(programs);
  const ratio = (name: string, base: string | undefined, part: keyof Run): string =>
    (of(name, part) / of(base ?? name, part)).toFixed(2);
  console.log(`\nStart: median of ${rounds} runs each, turn by turn\n`);
  console.log(
    table([
      ['program', 'wall ms', 'cpu ms', 'peak MB', 'wall ratio', 'memory ratio', '(second: wall', 'memory)'],
      ...names.map((name) => [
        name,
        of(name, 'wallMs').toFixed(0),
        of(name, 'cpuMs').toFixed(0),
        (of(name, 'peakKb') / 1024).toFixed(1),
        ratio(name, names[0], 'wallMs'),
        ratio(name, names[0], 'peakKb'),
        ratio(name, names[1], 'wallMs'),
        ratio(name, names[1], 'peakKb'),
      ]),
    ]),
  );
  const ofEmpty = (['wallMs', 'cpuMs', 'peakKb'] as const).map((part) => ratio(version, empty, part));
  console.log(`\n${version}, beside ${empty}: wall, cpu and memory ${ofEmpty.join(', ')}`);
}
