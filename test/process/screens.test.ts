import { describe, expect, it } from 'vitest';
import { simulator } from '../cli/harness.ts';
import { limitsMs } from '../support/limits.ts';
import { main, node } from './program.ts';
import { hasTmux, startInTmux, type TmuxTerminal } from './tmux.ts';

const { play } = await simulator();

/** Figures that depend on the time, and the number of requests. */
function steady(line: string): string {
  return line
    .replace(/\d+ requests?$/, 'N requests')
    .replace(/\(\d+ sent\)/, '(N sent)')
    .replace(
      /next request: (in [\dmins ]+?|now|under way, by another rc-wait process)(?= \(|$)/,
      'next request: SOON',
    )
    .replace(/(\d+ (ms|s|min|h) ?)+(?=$|[ :,;)])/g, 'TIME ')
    .replace(/configu\S*( part \d)?… +/, 'configu…  ')
    .replace(/TIME +/g, 'TIME ')
    .trimEnd();
}

/** Waits until the screen is as expected: what is on it comes and goes in steps. */
const shows = (terminal: TmuxTerminal, expected: readonly string[]): Promise<void> =>
  expect
    .poll(async () => (await terminal.screen()).map(steady), { timeout: limitsMs.sign, interval: 200 })
    .toEqual(expected);

/** rc-wait below two lines of the person's, and what comes after it. */
const script = (args: readonly string[]): string =>
  `echo 'a line of the person'; echo 'another one'; ${[node, main, 'wait', '--network', 'off', ...args]
    .map((word) => `'${word}'`)
    .join(' ')}; echo "status $?"; exec sleep 3600`;

const above = ['a line of the person', 'another one'];

const tasks = (running: number, waiting: number, ended: number) => [
  ...Array.from({ length: ended }, (_, n) => ({ name: `RackConnect: prepare part ${n}`, endsAfter: '0s' })),
  ...Array.from({ length: waiting }, (_, n) => ({
    name: `RackConnect: finish part ${n}`,
    startsAfter: '10h',
    endsAfter: '11h',
  })),
  ...Array.from({ length: running }, (_, n) => ({
    name: `RackConnect: configure part ${n} of 服务器`,
    endsAfter: 'never',
  })),
];

// Where there is no tmux, a person's own run goes on without these; scripts/test says so, and CI fails.
describe.runIf(hasTmux || process.env.CI === 'true')('on a real terminal', () => {
  it('the block fits it at every size, leaves no rest behind, and its tasks stay in the end', async () => {
    const server = play({ deployedAfter: 'never', tasks: tasks(4, 20, 3) });
    await using terminal = await startInTmux(script(server.flags), { columns: 80, rows: 24 });
    const line = (n: number): string => `  IN_PROGRESS  configure part ${n} of 服务器  for over TIME`;
    const running = [0, 1, 2, 3].map(line);
    const waiting = (amount: number): string[] =>
      Array.from({ length: amount }, (_, n) => `  PENDING      finish part ${n}`);
    const foot = [
      '  waiting for: task "RackConnect: finish part 0" is PENDING (and 23 more)',
      '  next request: SOON (N sent)',
    ];
    const high = [
      'RackConnect: DEPLOYING   waited TIME of TIME',
      ...running,
      ...waiting(15),
      '  … and 5 waiting, 3 ended',
      ...foot,
    ];
    await shows(terminal, high);
    await terminal.resize(40, 15);
    await shows(terminal, [
      'DEPLOYING   waited TIME of TIME',
      ...Array(4).fill('  IN_PROGRESS  configu…  for over TIME'),
      ...waiting(4),
      '  … and 16 waiting, 3 ended',
      '  waiting for: task "RackConnect:',
      '    finish part 0" is PENDING (and 23',
      '    more)',
      '  next request: SOON (N sent)',
    ]);
    await terminal.resize(80, 10);
    await shows(terminal, [
      'RackConnect: DEPLOYING   waited TIME of TIME',
      ...running,
      '  PENDING      finish part 0',
      '  … and 19 waiting, 3 ended',
      ...foot,
    ]);
    await terminal.resize(80, 24);
    await shows(terminal, high);
  });

  it('what stood above it stays, and what it says last stays on the screen', async () => {
    const server = play({ deployedAfter: 'never', tasks: tasks(1, 1, 1) });
    await using terminal = await startInTmux(script(server.flags), { columns: 80, rows: 24 });
    const block = [
      'RackConnect: DEPLOYING   waited TIME of TIME',
      '  IN_PROGRESS  configure part 0 of 服务器  for over TIME',
      '  PENDING      finish part 0',
      '  1 task has ended',
      '  waiting for: task "RackConnect: finish part 0" is PENDING (and 1 more)',
      '  next request: SOON (N sent)',
    ];
    await shows(terminal, [...above, ...block]);
    for (const [columns, rows] of [
      [80, 10],
      [120, 12],
      [80, 24],
    ] as const) {
      await terminal.resize(columns, rows);
      await shows(terminal, [...above, ...block]);
    }
    server.set({ outcome: 'FAILED', now: true });
    await shows(terminal, [
      ...above,
      '  COMPLETED    RackConnect: prepare part 0, ended before the first look',
      '  COMPLETED    RackConnect: finish part 0, took TIME at most',
      '  FAILED       RackConnect: configure part 0 of 服务器, took over TIME',
      "FAILED after TIME : RackConnect's automation did not succeed (RackConnect: configure part 0 of 服务器: FAILED)",
      'N requests',
      'status 1',
    ]);
  });

  it('a reason is told whole on a narrow one', async () => {
    const server = play({ unknown: true });
    await using terminal = await startInTmux(script(server.flags), { columns: 40, rows: 15 });
    await expect
      .poll(async () => (await terminal.screen()).map((line) => line.trim()).join(' '), {
        timeout: limitsMs.sign,
      })
      .toMatch(
        /held up: refused \(403\) \d times?: something else .* or requests do not leave by its ServiceNet address/,
      );
  });

  it('it is coloured, and is not where NO_COLOR is set or a flag says so', async () => {
    const flags = (): readonly string[] => play({ deployedAfter: 'never', tasks: tasks(1, 0, 0) }).flags;
    const colours = async (
      args: readonly string[],
      env: Readonly<Record<string, string>>,
    ): Promise<boolean> => {
      await using terminal = await startInTmux(script(args), { columns: 80, rows: 24, env });
      await expect
        .poll(async () => (await terminal.screen()).join('\n'), { timeout: limitsMs.sign })
        .toContain('IN_PROGRESS');
      return (await terminal.painted()).includes('\u001b[33mIN_PROGRESS');
    };
    expect(await colours(flags(), {})).toBe(true);
    expect(await colours(flags(), { NO_COLOR: '1' })).toBe(false);
    expect(await colours([...flags(), '--color', 'never'], {})).toBe(false);
    expect(await colours([...flags(), '--color', 'always'], { NO_COLOR: '1' })).toBe(true);
  });
});
