import type { Tally } from '../../pace/types.ts';
import { clean } from '../words.ts';
import { type EndKind, messageIds } from './ends.ts';

/** A wait at one moment, as its metrics tell it. */
export interface Measured {
  /** the last status; undefined: none was seen */
  readonly status: string | undefined;
  readonly tasks: readonly { readonly status: string }[];
  readonly waitedMs: number;
  readonly requests: Readonly<Tally>;
  /** what the network step did; undefined: it has not ended */
  readonly network: NetworkAction | undefined;
  /** undefined: the wait goes on */
  readonly end: { readonly kind: EndKind; readonly exit: number } | undefined;
}

/** `action` of the network in the result document. */
type NetworkAction = 'changed' | 'unchanged' | 'skipped' | 'rolled-back';

/** The values of one metric: each with its labels. */
interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

const statuses = ['DEPLOYING', 'DEPLOYED', 'FAILED', 'UNPROCESSABLE'];
const actions: readonly NetworkAction[] = ['changed', 'unchanged', 'skipped', 'rolled-back'];
const endKinds = Object.keys(messageIds);

/** The most different words of tasks' statuses in the metrics: each makes a time series. */
const mostWords = 20;

/** In characters. */
const longestLabel = 100;

/**
 * A wait in the text format of Prometheus (version 0.0.4), which node_exporter's textfile collector reads. Of a status, an action and
 * an end each possible value has a sample, 0 or 1: a series that goes away is hard to ask for. Names and labels are an
 * interface: only ever added to.
 */
export function metricsText({ status, tasks, waitedMs, requests, network, end }: Measured): string {
  const metrics: readonly Metric[] = [
    gauge(
      'rc_wait_automation_status',
      'Whether this is the last status of the automation that was seen.',
      oneOf('status', statuses, status),
    ),
    gauge('rc_wait_tasks', 'Tasks of the automation by their status.', tasksByStatus(tasks)),
    gauge('rc_wait_waited_seconds', 'Time that the wait has taken.', [[{}, waitedMs / 1_000]]),
    counter('rc_wait_requests_total', 'Requests to the API.', requests.sent),
    counter('rc_wait_requests_refused_total', 'Requests that the API refused.', requests.refused),
    counter(
      'rc_wait_answers_shared_total',
      'Answers that another process on this server had asked for.',
      requests.shared,
    ),
    gauge(
      'rc_wait_network_step',
      'Whether the network step ended so; all 0 before its end.',
      oneOf('action', actions, network),
    ),
    gauge(
      'rc_wait_end',
      'Whether the wait ended so; all 0 while it goes on.',
      oneOf('outcome', endKinds, end?.kind),
    ),
    gauge(
      'rc_wait_exit_status',
      'Exit status of the wait; none while it goes on.',
      end === undefined ? [] : [[{}, end.exit]],
    ),
  ];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(metricText)
    .join('');
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, type: 'gauge', help, samples };
}

function counter(name: string, help: string, value: number): Metric {
  return { name, type: 'counter', help, samples: [[{}, value]] };
}

/** A sample for each value that is known, and for the actual one though it is not: the API may have words of its own. */
function oneOf(label: string, known: readonly string[], actual: string | undefined): Metric['samples'] {
  const word = actual === undefined ? undefined : labelOf(actual);
  const values = word === undefined || known.includes(word) ? known : [...known, word];
  return values.map((value) => [{ [label]: value }, value === word ? 1 : 0]);
}

function tasksByStatus(tasks: Measured['tasks']): Metric['samples'] {
  const counts = new Map<string, number>();
  for (const { status } of tasks) {
    const word = labelOf(status);
    const key = counts.has(word) || counts.size < mostWords ? word : 'other';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([status, count]) => [{ status }, count]);
}

function labelOf(text: string): string {
  return clean(text).slice(0, longestLabel).toWellFormed();
}

function metricText({ name, type, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A label's value: backslash, quote and line feed have escapes in the format. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
