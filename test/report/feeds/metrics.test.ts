import { describe, expect, it } from 'vitest';
import { type Measured, metricsText } from '../../../src/report/feeds/metrics.ts';

const going: Measured = {
  status: 'DEPLOYING',
  tasks: [{ status: 'COMPLETED' }, { status: 'COMPLETED' }, { status: 'IN_PROGRESS' }],
  waitedMs: 24_310,
  requests: { sent: 12, refused: 1, shared: 3 },
  network: undefined,
  end: undefined,
};

/** The samples of a metric: each line without its name. */
const samplesOf = (name: string, measured: Measured): readonly string[] =>
  metricsText(measured)
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => line.slice(name.length).trim());

describe('the metrics of a wait', () => {
  it('tell what it is at', () => {
    expect(samplesOf('rc_wait_automation_status', going)).toEqual([
      '{status="DEPLOYING"} 1',
      '{status="DEPLOYED"} 0',
      '{status="FAILED"} 0',
      '{status="UNPROCESSABLE"} 0',
    ]);
    expect(samplesOf('rc_wait_tasks', going)).toEqual(['{status="COMPLETED"} 2', '{status="IN_PROGRESS"} 1']);
    expect(samplesOf('rc_wait_waited_seconds', going)).toEqual(['24.31']);
    expect(samplesOf('rc_wait_requests_total', going)).toEqual(['12']);
    expect(samplesOf('rc_wait_requests_refused_total', going)).toEqual(['1']);
    expect(samplesOf('rc_wait_answers_shared_total', going)).toEqual(['3']);
    expect(samplesOf('rc_wait_end', going).every((sample) => sample.endsWith(' 0'))).toBe(true);
    expect(metricsText(going)).not.toContain('rc_wait_exit_status');
  });

  it('tell how it ended, and what became of the network', () => {
    const ended: Measured = {
      ...going,
      status: 'DEPLOYED',
      network: 'rolled-back',
      end: { kind: 'network-failed', exit: 73 },
    };
    expect(samplesOf('rc_wait_network_step', ended)).toEqual([
      '{action="changed"} 0',
      '{action="unchanged"} 0',
      '{action="skipped"} 0',
      '{action="rolled-back"} 1',
    ]);
    expect(samplesOf('rc_wait_end', ended)).toContain('{outcome="network-failed"} 1');
    expect(samplesOf('rc_wait_end', ended).filter((sample) => sample.endsWith(' 1'))).toHaveLength(1);
    expect(samplesOf('rc_wait_exit_status', ended)).toEqual(['73']);
  });

  it('have help and a type before the samples of each, and no metric without a sample', () => {
    const text = metricsText({ ...going, tasks: [], status: undefined });
    expect(text).not.toContain('rc_wait_tasks');
    const names = [...text.matchAll(/^# TYPE (\w+) (?:gauge|counter)$/gm)].map(([, name]) => name);
    for (const name of names)
      expect(text).toMatch(new RegExp(`^# HELP ${name} .+\\n# TYPE ${name} \\w+\\n${name}[ {]`, 'm'));
    expect(text.endsWith('\n')).toBe(true);
  });

  it('take any word of the API for a status, and escape it', () => {
    const odd = { ...going, status: 'SO "SO"\\\n', tasks: [{ status: 'a"b\\c\nd\u001b' }] };
    expect(samplesOf('rc_wait_automation_status', odd)).toContain('{status="SO \\"SO\\"\\\\"} 1');
    expect(samplesOf('rc_wait_tasks', odd)).toEqual(['{status="a\\"b\\\\c d"} 1']);
  });

  it.each([
    ['is a known one but for its spaces', ' DEPLOYED\n', 'DEPLOYED'],
    ['is new', 'PAUSED', 'PAUSED'],
    ['is too long for a label', 'x'.repeat(300), 'x'.repeat(100)],
  ])('have each series once, and one of them is 1, where the status %s', (_what, status, word) => {
    const samples = samplesOf('rc_wait_automation_status', { ...going, status });
    const series = samples.map((sample) => sample.slice(0, -2));
    expect(new Set(series).size).toBe(series.length);
    expect(samples.filter((sample) => sample.endsWith(' 1'))).toEqual([`{status="${word}"} 1`]);
  });

  it('stay small, whatever the API sends', () => {
    const tasks = Array.from({ length: 1_000 }, (_, index) => ({ status: `${index}-`.repeat(1_000) }));
    const samples = samplesOf('rc_wait_tasks', { ...going, tasks });
    expect(samples).toHaveLength(21);
    expect(samples.at(-1)).toBe('{status="other"} 980');
    expect(Math.max(...samples.map(({ length }) => length))).toBeLessThan(130);
  });
});
