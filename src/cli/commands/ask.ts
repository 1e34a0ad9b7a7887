import type { Options } from 'yargs';
import { detailsIn, featuresIn, gatewayIn, statusIn } from '../../app/ask.ts';
import { askOnce, usable, withApiForOne } from '../../app/ask-once.ts';
import type { Io } from '../../app/io.ts';
import { systemClock } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { RcWaitError } from '../../base/error.ts';
import { apiFlags, durationFlag, outputFlags, sourceFlag } from '../args/flags.ts';
import { type Args, type Command, command } from '../command.ts';

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

/** The answer to a question: for a person, and for the document of `--output json`. */
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
  flags: { ...askFlags, ...sourceFlag },
  notes,
  examples: [
    ['$0 status', 'DEPLOYING, DEPLOYED, FAILED or UNPROCESSABLE'],
    ['$0 status --source xenstore', "what this server's own xenstore says; no request is made"],
    ['$0 status --format xml', "the API's own XML"],
    ['$0 status --output json', 'a document for a program'],
  ],
  async run(args, io) {
    if (args.source === 'api' || (args.source === 'auto' && args.format !== undefined))
      return askForStatus(args, io);
    if (args.source === 'auto') {
      try {
        return await askForStatus(args, io);
      } catch (error) {
        if (io.signal.aborted || !isOfNoUse(error)) throw error;
        const { statusInstead } = await import('../../app/local-status.ts');
        return await statusInstead(error, args, io);
      }
    }
    const { localStatus } = await import('../../app/local-status.ts');
    return localStatus(args, io);
  },
});

/** Whether the API gave no usable answer, as opposed to wrong flags or a bug in rc-wait. */
function isOfNoUse(error: unknown): error is RcWaitError {
  return error instanceof RcWaitError && ['API_REFUSED', 'API_UNAVAILABLE'].includes(error.code);
}

function askForStatus(args: AskArgs, io: Io): Promise<number> {
  // The details contain the status and are what `wait` asks for, so its answer can be shared.
  const operation = args.format === undefined ? 'automation_status/details' : 'automation_status';
  return ask(args, io, operation, async (body, type) => {
    const { value } = await statusIn(body, type);
    return { text: value, fields: { automation_status: value } };
  });
}

/** `rc-wait details` */
export const detailsCommand: Command = command({
  name: 'details',
  summary: 'Ask once: the automation status and the tasks',
  flags: askFlags,
  notes,
  examples: [['$0 details', 'the status, and each task with its own']],
  run: (args, io) =>
    ask(args, io, 'automation_status/details', async (body, type) => {
      const { value, unread } = await detailsIn(body, type);
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
      const { value } = await gatewayIn(body, type);
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
      const { value, unread } = await featuresIn(body, type);
      const word = (enabled: boolean | undefined, status: string): string =>
        enabled === undefined ? status : enabled ? 'enabled' : 'disabled';
      const lines = value.map(({ name, enabled, status }) => `${word(enabled, status).padEnd(12)} ${name}`);
      const features = value.map(({ name, enabled, status }) => ({ name, enabled: enabled ?? null, status }));
      return { text: lines.join('\n'), fields: { features, unread } };
    }),
});

async function ask(
  args: AskArgs,
  io: Io,
  operation: Parameters<typeof askOnce>[1],
  read: (body: string, contentType: string) => Promise<Answer>,
): Promise<number> {
  const format = args.format;
  const { reply, askedMs, shared } = await withApiForOne(args, io, (api) =>
    askOnce(api, operation, format ?? 'json', args, io),
  );
  const { body, contentType } = usable(reply, operation);
  const { text, fields } = await read(body, contentType);
  const { clean, escapeControls, replaceControls } = await import('../../report/words.ts');
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
    const shown = (format === 'xml' ? replaceControls : escapeControls)(body);
    io.out(shown.endsWith('\n') ? shown : `${shown}\n`);
  }
  return 0;
}
