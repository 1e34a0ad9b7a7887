// Makes the pictures in docs/pictures: scripts/pictures
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startInTmux } from '../../test/process/tmux.ts';
import { screenPicture } from './screen.ts';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'dist/rc-wait');
const pictures = join(root, 'docs/pictures');
const terminal = { columns: 84, rows: 14 };

/** In ms: more than the scenario takes. */
const limitMs = 60_000;

const scratch = mkdtempSync(join(tmpdir(), 'rc-wait-pictures-'));
const scenario = join(import.meta.dirname, 'scenario.yaml');
const simulator = spawn(program, ['simulate', '--listen', '127.0.0.1:0', '--scenario', scenario, '--quiet'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await firstLine(simulator.stdout);
  mkdirSync(pictures, { recursive: true });
  const command = `${program} wait --api-url ${url} --state-dir ${scratch} --network off`;
  await using screen = await startInTmux(`${command}; sleep 60`, terminal);
  console.error('pictures: the live block, after 12 s');
  await until(async () => (await screen.screen()).join('\n').includes('waited 12 s'));
  const block = screenPicture(
    await screen.painted(),
    terminal.columns,
    'rc-wait while RackConnect is DEPLOYING',
  );
  writeFileSync(join(pictures, 'live-block.svg'), block);
  console.error('pictures: the chart of the whole wait');
  await until(async () => (await screen.screen()).join('\n').includes('requests'));
  const chart = execFileSync(program, ['history', 'plot', '--state-dir', scratch], { encoding: 'utf8' });
  writeFileSync(join(pictures, 'history.svg'), chart);
  console.error('pictures: docs/pictures/live-block.svg, docs/pictures/history.svg');
} finally {
  simulator.kill();
  rmSync(scratch, { recursive: true, force: true });
}

async function firstLine(stream: AsyncIterable<Buffer>): Promise<string> {
  for await (const chunk of stream) return chunk.toString('utf8').trim();
  throw new Error('the simulator has ended');
}

async function until(isThere: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 200) {
    if (await isThere()) return;
    await delay(200);
  }
  throw new Error(`the wait did not get there within ${limitMs / 1000} s`);
}
