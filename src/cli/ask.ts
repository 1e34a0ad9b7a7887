import type { Options } from 'yargs';
import { systemClock } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { RcWaitError } from '../base/error.ts';
import type { Delay } from '../pace/pace.ts';
import type { Format, Operation, Reply } from '../rackconnect/types.ts';
import { type Args, type Command, command, type Io } from './command.ts';
import { apiFlags, durationFlag, outputFlags } from './flags.ts';
import { type ApiArgs, type OpenApi, sourceOf, targetOf, withApi } from './open.ts';

const askFlags = {
  ...apiFlags,
  ...outputFlags,
  timeout: durationFlag('timeout', 'How long to wait for the quota and for the answer', '90s'),
  format: {
    requiresArg: true,
    choices: ['text', 'json', 'xml'],
    describe: "Print the API's own answer in this format (default: in plain words)",
  },
} as const satisfies Record<string, Options>;

type AskArgs = Args<typeof askFlags>;

/** What a question came to: for a person, and for the document of `--output json`. */
interface Answer {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const notes =
  'Asks once, within the quota that all rc-wait processes of this server share; an answer that another of them ' +
  'got a moment ago is used as it is. Exit status: 0 answered (whatever the answer), 64 wrong flags, 69 no usable answer, ' +
  '77 refused (403).';

/** `rc-wait status` */
export const statusCommand: Command = command({
  name: 'status',
  summary: 'Ask once: the automation status',
  flags: askFlags,
  notes,
  examples: [
    ['$0 status', 'DEPLOYING, DEPLOYED, FAILED or UNPROCESSABLE'],
    ['$0 status --format xml', "the API's own XML"],
    ['$0 status --output json', 'a document for a program'],
  ],
  run: (args, io) =>
    // The details hold the status too, and are what `wait` asks for: so its answer will do.
    ask(
      args,
      io,
      args.format === undefined ? 'automation_status/details' : 'automation_status',
      async (body, type) => {
        const { readStatus } = await import('../rackconnect/payload.ts');
        const { value } = readable(readStatus(body, type));
        return { text: value, fields: { automation_status: value } };
      },
    ),
});

/** `rc-wait details` */
export const detailsCommand: Command = command({
  name: 'details',
  summary: 'Ask once: the automation status and the tasks',
  flags: askFlags,
  notes,
  examples: [['$0 details', 'the status, and each task with its own']],
  run: (args, io) =>
    ask(args, io, 'automation_status/details', async (body, type) => {
      const { readDetails } = await import('../rackconnect/payload.ts');
      const { value, unread } = readable(readDetails(body, type));
      const tasks = value.tasks.map(({ name, status }) => `  ${status.padEnd(12)} ${name}`);
      const rest = unread.map((part) => `  not understood: ${part}`);
      return {
        text: [value.status, ...tasks, ...rest].join('\n'),
        fields: { automation_status: value.status, tasks: value.tasks, unread },
      };
    }),
});

/** `rc-wait gateway` */
export const gatewayCommand: Command = command({
  name: 'gateway',
  summary: 'Ask once: the address of the gateway',
  flags: askFlags,
  notes,
  examples: [['$0 gateway', 'the address, or exit status 69 while none is assigned']],
  run: (args, io) =>
    ask(args, io, 'gateway_ip', async (body, type) => {
      const { readGateway } = await import('../rackconnect/payload.ts');
      const { value } = readable(readGateway(body, type));
      return { text: value, fields: { gateway_ip: value } };
    }),
});

/** `rc-wait features` */
export const featuresCommand: Command = command({
  name: 'features',
  summary: 'Ask once: what the automation does on this server',
  flags: askFlags,
  notes,
  examples: [['$0 features', 'each feature, and whether it is enabled']],
  run: (args, io) =>
    ask(args, io, 'automation_features', async (body, type) => {
      const { readFeatures } = await import('../rackconnect/payload.ts');
      const { value, unread } = readable(readFeatures(body, type));
      const word = (enabled: boolean | undefined, status: string): string =>
        enabled === undefined ? status : enabled ? 'enabled' : 'disabled';
      const lines = value.map(({ name, enabled, status }) => `${word(enabled, status).padEnd(12)} ${name}`);
      const features = value.map(({ name, enabled, status }) => ({ name, enabled: enabled ?? null, status }));
      return { text: lines.join('\n'), fields: { features, unread } };
    }),
});

/** The value of a payload that could be read. @throws RcWaitError API_UNAVAILABLE when it could not */
function readable<R extends { readonly ok: boolean }>(read: R): Extract<R, { readonly ok: true }> {
  if (read.ok) return read as Extract<R, { readonly ok: true }>;
  throw new RcWaitError(
    'API_UNAVAILABLE',
    `cannot read the API's answer: ${(read as unknown as { why: string }).why}`,
  );
}

async function ask(
  args: AskArgs,
  io: Io,
  operation: Operation,
  read: (body: string, contentType: string) => Promise<Answer>,
): Promise<number> {
  const format = args.format as Format | undefined;
  const { reply, askedMs, shared } = await withApiForOne(args, io, (api) =>
    askOnce(api, operation, format ?? 'json', args, io),
  );
  const { body, contentType } = usable(reply, operation);
  const { text, fields } = await read(body, contentType);
  const { clean } = await import('../report/words.ts');
  const ageMs = Math.max(0, Math.round(systemClock.nowMs() - askedMs));
  if (shared && !args.quiet) {
    io.err(`rc-wait: this is the answer that another rc-wait process got ${formatDuration(ageMs)} ago\n`);
  }
  if (args.output === 'json') {
    const document = { schema: 'rc-wait/answer/v1', operation, ...fields, shared, age_ms: ageMs };
    io.out(`${JSON.stringify(document)}\n`);
  } else if (format === undefined || format === 'text') {
    io.out(
      `${text
        .split('\n')
        .map((line) => `${line.startsWith(' ') ? '  ' : ''}${clean(line)}`)
        .join('\n')}\n`,
    );
  } else {
    io.out(body.endsWith('\n') ? body : `${body}\n`);
  }
  return 0;
}

/** The API, for a single question: an interface without an address is an error then, not something to wait for. */
export async function withApiForOne<T>(
  args: ApiArgs,
  io: Io,
  work: (api: OpenApi) => Promise<T>,
): Promise<T> {
  const target = await targetOf(args);
  const source = sourceOf(args, target);
  if (source === 'missing') {
    throw new RcWaitError('API_UNAVAILABLE', `cannot ask by ${args.interface}: it has no IPv4 address`);
  }
  return withApi(args, target, source, (notice) => io.err(`rc-wait: ${notice}\n`), work);
}

/** How long a question may hang in silence before it says why, in ms. */
const silenceMs = 1_000;

/**
 * One question within `--timeout`.
 * @throws RcWaitError API_UNAVAILABLE when the time is up first
 */
export async function askOnce(
  { client }: OpenApi,
  operation: Operation,
  format: Format,
  { timeout, quiet }: { readonly timeout: number; readonly quiet: boolean },
  io: Io,
): Promise<{ reply: Reply; askedMs: number; shared: boolean }> {
  const { reasonOfDelay, whenNext } = await import('../report/words.ts');
  const startedMs = systemClock.nowMs();
  const timeUp = new AbortController();
  const timer = timeout === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => timeUp.abort(), timeout);
  let last: Delay | undefined;
  const onDelay = (delay: Delay): void => {
    const nowMs = systemClock.nowMs();
    const silent = quiet || delay.because === last?.because || delay.untilMs - startedMs < silenceMs;
    last = delay;
    if (!silent)
      io.err(
        `rc-wait: ${reasonOfDelay(delay, undefined) ?? 'keeping the pace'}; ${whenNext(delay, nowMs)}\n`,
      );
  };
  try {
    const signal = AbortSignal.any([io.signal, timeUp.signal]);
    return await client.ask(operation, format, { signal, onDelay });
  } catch (error) {
    if (io.signal.aborted || !timeUp.signal.aborted) throw error;
    const why = (last && reasonOfDelay(last, undefined)) ?? 'no answer came';
    throw new RcWaitError('API_UNAVAILABLE', `cannot ask within ${formatDuration(timeout)}: ${why}`, {
      hint: 'give it longer with --timeout',
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The sound answer in a reply. @throws RcWaitError API_UNAVAILABLE or API_REFUSED for any other */
export function usable(reply: Reply, operation: Operation): Extract<Reply, { kind: 'ok' }> {
  switch (reply.kind) {
    case 'ok':
      return reply;
    case 'absent': {
      const what = operation === 'gateway_ip' ? 'the gateway is not assigned yet, or' : '';
      throw new RcWaitError(
        'API_UNAVAILABLE',
        `cannot get ${operation}: ${what} the API does not know this server (404)`.replace(':  ', ': '),
      );
    }
    case 'refused':
      throw new RcWaitError('API_REFUSED', `cannot get ${operation}: the API refused this server (403)`, {
        hint: 'more than 30 requests a minute from this server, or the request did not leave by ServiceNet (see --interface)',
      });
    case 'failing':
      throw new RcWaitError(
        'API_UNAVAILABLE',
        `cannot get ${operation}: the API answers with an error of its own (${reply.status})`,
      );
    case 'unexpected': {
      const where = reply.location === undefined ? '' : `, a redirect to ${reply.location}`;
      throw new RcWaitError(
        'API_UNAVAILABLE',
        `cannot get ${operation}: ${reply.reason ?? `the API answers with status ${reply.status}${where}`}`,
      );
    }
    case 'unreachable':
      throw new RcWaitError('API_UNAVAILABLE', `cannot get ${operation}: ${reply.reason}`);
  }
}
