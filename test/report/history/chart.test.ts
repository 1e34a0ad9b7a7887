import { describe, expect, it } from 'vitest';
import { type KnownWait, knownWait } from '../../../src/history/state.ts';
import { type Chart, chartOf } from '../../../src/report/history/chart.ts';
import { historyDocument, humanHistory } from '../../../src/report/history/list.ts';
import { svgOfChart } from '../../../src/report/history/svg.ts';
import { isUtf8Locale, textOfChart } from '../../../src/report/history/text.ts';
import { widthOf } from '../../../src/report/words.ts';
import { afterwards, endedRecord, killedRecord } from '../../history/records.ts';
import { faultsIn } from '../schema.ts';

const killed = knownWait(killedRecord, afterwards);
const ended = knownWait(endedRecord, afterwards);
const chart = chartOf([killed, ended]);
const ascii = { columns: 80, isUtf8: false };

/** A wait with so many tasks, of which the first failed. */
function withTasks(amount: number): KnownWait {
  const tasks = Array.from({ length: amount }, (_, index) => ({
    name: `task ${index} ${'<&"\u001b]0;x\u0007漢字'.repeat(8)}`,
    first_seen_ms: 0,
    last_seen_ms: index + 1,
    ended_ms: null,
    changes: [{ status: index === 0 ? 'FAILED' : 'PENDING', at_ms: 0 }],
    changes_left_out: 0,
  }));
  return { ...ended, record: { ...endedRecord, tasks } };
}

describe('in text', () => {
  const text = textOfChart(chart, ascii);

  it('a kill, the restart, failed polls in a row, a task that failed and the network step are seen', () => {
    expect(text).toMatchInlineSnapshot(`
      "wait 2, begun 2026-11-28T23:02:24Z: deployed after 24 s (exit status 0)
      DEPLOYED after 24 s: the default route goes through 10.208.0.1 on eth1
      wait 1 was killed after 10 s, and 2 went on
      DEPLOYING at 120 ms, DEPLOYED at 22 s
      10 requests

                             0                                 37 s
      wait                   ==========X  ========================= ended
      Create VLAN            #######      #######                   6 s COMPLETED
      Update <access>              FFFFFFFFFFFFFFFFFFFFFFFFFFFF     14 s FAILED
      answers                -----------  --------- xxxxx -------   3 of 14 bad
      network: plan                                             ##  100 ms
      network: reload                                            ## 2 s

      = waiting, - usable answers, # task, F task that failed, x no usable answer, X
      killed
      "
    `);
  });

  it('has no line of more than 80 columns, and of no more than the terminal has', () => {
    for (const columns of [60, 80, 200])
      for (const line of textOfChart(chartOf([killed, withTasks(3)]), { columns, isUtf8: true }).split('\n'))
        expect(line.length).toBeLessThanOrEqual(Math.min(columns, 80));
  });

  it.each([1, 2, 10, 24, 40, 59])(
    'has no more than %i columns, whatever words the API and the network have',
    (columns) => {
      const long = '漢字'.repeat(60);
      const wait: KnownWait = {
        ...withTasks(41),
        record: { ...withTasks(41).record, statuses: [{ status: long, at_ms: 1 }] },
      };
      const end = endedRecord.end && { ...endedRecord.end, message: `${'x'.repeat(200)} ${long}` };
      for (const one of [wait, { ...wait, record: { ...wait.record, end } }])
        for (const isUtf8 of [true, false]) {
          const lines = textOfChart(chartOf([killed, one]), { columns, isUtf8 }).split('\n');
          expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
        }
    },
  );

  it('has on a narrow terminal the name of a lane above its bars', () => {
    const narrow = textOfChart(chart, { columns: 40, isUtf8: false }).split('\n');
    const at = narrow.indexOf('Create VLAN: 6 s COMPLETED');
    expect(narrow[at + 1]).toBe('#######       #######');
    expect(narrow).toContain(`0${'37 s'.padStart(39)}`);
  });

  it('keeps its columns beside names with wide characters', () => {
    const tasks = ['漢字漢字 one', 'plain two'].map((name) => ({
      ...(endedRecord.tasks[0] ?? expect.unreachable()),
      name,
    }));
    for (const isUtf8 of [true, false]) {
      const text = textOfChart(chartOf([{ ...ended, record: { ...endedRecord, tasks } }]), {
        columns: 80,
        isUtf8,
      });
      const lines = text.split('\n').filter((line) => / one|two /.test(line));
      expect(lines.map((line) => widthOf(line.slice(0, line.search(/[#█]/))))).toEqual([23, 23]);
    }
  });

  it('is ASCII where the locale is, and not where it is one of UTF-8', () => {
    expect(textOfChart(chartOf([withTasks(3)]), ascii)).toMatch(/^[\n\x20-\x7e]+$/);
    expect(textOfChart(chart, { columns: 80, isUtf8: true })).toContain('██');
    expect(isUtf8Locale({ LANG: 'C.UTF-8' })).toBe(true);
    expect(isUtf8Locale({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' })).toBe(false);
    expect(isUtf8Locale({})).toBe(false);
  });

  it('leaves out the words with which the names of all tasks begin', () => {
    const names = textOfChart(chartOf([withTasks(3)]), ascii)
      .split('\n')
      .filter((line) => line.includes('<&'))
      .map((line) => line.slice(0, 3));
    expect(names).toEqual(['0 <', '1 <', '2 <']);
  });

  it('names 40 of very many tasks, the one that failed among them', () => {
    const lines = textOfChart(chartOf([withTasks(400)]), ascii).split('\n');
    expect(lines.filter((line) => /^\d+ </.test(line))).toHaveLength(40);
    expect(lines.some((line) => line.startsWith('0 <'))).toBe(true);
    expect(lines.join('\n')).toContain('and 360 more of the tasks');
  });

  it('says of a wait without an end whether it goes on', () => {
    const title = (wait: KnownWait): string => textOfChart(chartOf([wait]), ascii).split('\n', 1)[0] ?? '';
    expect(title({ ...killed, state: 'running' })).toContain('still running, for 10 s');
    expect(title({ ...killed, state: 'server-down' })).toContain('cut off by the end of its boot');
    expect(title(killed)).toContain('killed; it left no end');
  });
});

describe('as SVG', () => {
  it('needs nothing else: no script, no address but the name of its language', () => {
    const svg = svgOfChart(chart);
    expect(svg).not.toMatch(/<script|<image|<a |@import|url\(|href|\son\w+=/i);
    expect(svg.match(/https?:\/\/[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('class="killed"');
    expect(svg).toContain('no usable answer 3 times; connection reset');
  });

  it('takes any text from outside as text', () => {
    const { record } = withTasks(1);
    const tasks = record.tasks.map((task) => ({ ...task, name: '</text><script>"&\u0000\ud800\uffff' }));
    const svg = svgOfChart(chartOf([{ ...ended, record: { ...record, tasks } }]));
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;&quot;&amp; \ufffd\ufffd');
    expect(svg).not.toContain('<script');
  });

  it('has a bar of at least 2 px for what took no time', () => {
    const widths = [...svgOfChart(chart).matchAll(/<rect class="(?!back)[^>]* width="([\d.]+)"/g)].map(
      ([, width]) => Number(width),
    );
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(2);
  });

  it('has at most eleven ticks, from a second to a week', () => {
    for (const totalMs of [1, 900, 24_000, 3_600_000, 604_800_000]) {
      const one: Chart = { ...chart, totalMs };
      expect(svgOfChart(one).match(/class="grid"/g)?.length).toBeLessThanOrEqual(11);
    }
  });
});

describe('the list', () => {
  it('has a line for each wait, the newest last', () => {
    expect(humanHistory([killed, ended], 80)).toBe(
      [
        'N  BEGAN                 TOOK  END',
        '1  2026-11-28T23:02:24Z  10 s  killed',
        '2  2026-11-28T23:02:24Z  24 s  deployed (0)',
        '',
      ].join('\n'),
    );
  });

  it('tells what still runs, what went down with the server, and an error without a result', () => {
    const error = {
      ...endedRecord,
      end: { ...endedRecord.end, outcome: null, error: 'CONFIGURATION', exit: 64 },
    };
    const text = humanHistory(
      [
        { ...killed, state: 'running' },
        { ...killed, state: 'server-down' },
        { ...ended, record: error as typeof endedRecord },
      ],
      80,
    );
    expect(text).toContain('still running');
    expect(text).toContain('cut off by the end of its boot');
    expect(text).toContain('CONFIGURATION (64)');
  });

  it.each([1, 8, 20, 33, 45, 80])('has no line of more than %i columns, and each end whole', (columns) => {
    const odd = { ...ended, record: { ...endedRecord, started_at: '漢字'.repeat(30) } };
    const text = humanHistory([killed, ended, odd], columns);
    expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(columns);
    expect(text.replace(/\s/g, '')).toContain('deployed(0)');
  });

  it('says that there is none', () => {
    expect(humanHistory([], 80)).toBe('no wait is recorded\n');
  });

  it('has a document as it is published', () => {
    const faults = faultsIn('history');
    expect(faults(JSON.parse(JSON.stringify(historyDocument([killed, ended]))))).toEqual([]);
    expect(faults(historyDocument([]))).toEqual([]);
  });
});
