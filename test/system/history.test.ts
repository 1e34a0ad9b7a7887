import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { knownWait } from '../../src/history/state.ts';
import { chartOf } from '../../src/report/history/chart.ts';
import { svgOfChart } from '../../src/report/history/svg.ts';
import { afterwards, endedRecord, killedRecord } from '../history/records.ts';
import { build } from './images.ts';
import { Machine } from './machine.ts';

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.start({
    image: await build('a machine with Chromium', 'bookworm', 'chromium', 'fonts-dejavu-core'),
    command: ['sh', '-c', 'systemctl disable rc-wait.service; exec /sbin/init'],
    files: [],
    network: 'none',
  });
  const script = new URL('fixture/look-at-svg.mjs', import.meta.url);
  const chart = chartOf([knownWait(killedRecord, afterwards), knownWait(endedRecord, afterwards)]);
  await machine.write({
    '/root/look-at-svg.mjs': readFileSync(script, 'utf8'),
    '/root/wait.svg': svgOfChart(chart),
  });
});
afterAll(() => machine?.[Symbol.asyncDispose]());

interface Seen {
  /** the colour of each kind of bar */
  readonly fills: Readonly<Record<string, string>>;
  readonly ink: string;
  readonly texts: readonly string[];
  /** texts that are not wholly in the picture */
  readonly outside: readonly string[];
  readonly errors: number;
  readonly requested: readonly string[];
}

/** What Chromium draws, with the Node that rc-wait brings. */
async function look(scheme: 'light' | 'dark'): Promise<Seen> {
  const node = '/usr/lib/rc-wait/lib/node';
  const printed = await machine.run(
    'timeout',
    '120',
    node,
    '/root/look-at-svg.mjs',
    '/root/wait.svg',
    scheme,
  );
  return JSON.parse(printed) as Seen;
}

it('Chromium draws a wait that was killed and went on, on white, and asks for nothing but the file', async () => {
  const { fills, ink, texts, outside, errors, requested } = await look('light');
  expect({ outside, errors, requested }).toEqual({
    outside: [],
    errors: 0,
    requested: ['file:///root/wait.svg'],
  });
  expect(texts).toContain('Update <access>');
  expect(ink).toBe('rgb(28, 28, 28)');
  expect(fills).toEqual({
    back: 'rgb(255, 255, 255)',
    wait: 'rgb(138, 143, 152)',
    killed: 'rgb(198, 40, 40)',
    task: 'rgb(47, 111, 176)',
    'task-failed': 'rgb(198, 40, 40)',
    usable: 'rgb(60, 141, 64)',
    failed: 'rgb(198, 40, 40)',
    network: 'rgb(123, 75, 163)',
  });
});

it('… and on dark, where the person prefers that', async () => {
  const { fills, ink } = await look('dark');
  expect(ink).toBe('rgb(236, 236, 236)');
  expect(fills).toMatchObject({
    back: 'rgb(23, 25, 28)',
    task: 'rgb(110, 168, 224)',
    failed: 'rgb(255, 107, 98)',
    network: 'rgb(193, 150, 234)',
  });
});
