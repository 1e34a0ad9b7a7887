import type { Options } from 'yargs';
import type { Io } from '../../../app/io.ts';
import { changeOptions, probesFor, recoverFirst } from '../../../app/network/change-options.ts';
import { isByService, mayConfigure, refuseForeignRoot } from '../../../app/root.ts';
import { RcWaitError } from '../../../base/error.ts';
import { parseIpv4 } from '../../../base/ipv4.ts';
import type { Check } from '../../../network/plan/check.ts';
import type { PlanRequest } from '../../../network/plan/plan.ts';
import type { NetworkResult } from '../../../network/types.ts';
import { outputFlags, privilegesFlag, rootFlag, stackFlag } from '../../args/flags.ts';
import { type Args, type Command, command } from '../../command.ts';

const checkFlags = {
  gateway: {
    string: true,
    requiresArg: true,
    describe: 'The gateway that is expected (default: the one that rc-wait set last)',
  },
  interface: {
    string: true,
    requiresArg: true,
    describe: 'The interface that it is expected on (default: the one that rc-wait set it on)',
  },
  repair: { boolean: true, default: false, describe: 'Put the gateway back where it is not held' },
  ...stackFlag,
  ...privilegesFlag,
  ...rootFlag,
  ...outputFlags,
} as const satisfies Record<string, Options>;

type CheckArgs = Args<typeof checkFlags>;

/** `rc-wait network check` */
export const networkCheckCommand: Command = command({
  name: 'network check',
  summary: 'Say whether configuration and kernel still hold the gateway',
  flags: checkFlags,
  examples: [
    ['$0 network check', 'the gateway that rc-wait set last; the exit status says whether it is held'],
    ['$0 network check --repair', 'and put it back where it is not: what rc-wait-network-check.timer does'],
    ['$0 network check --gateway 10.208.0.1 --output json', 'a document for a program'],
  ],
  notes:
    'The API is not asked. Exit status: 0 it is held, or was put back, or was rolled back by hand; 64 no gateway is known; 73 it is not held; 74 what was there could not be put back; 77 root is needed.',
  async run(args, io) {
    refuseForeignRoot(args.root);
    if (!mayConfigure(args.root)) {
      throw new RcWaitError('PERMISSION', 'cannot check the network: root is needed to read its files', {
        hint: 'run it as root',
      });
    }
    const say = (notice: string): void => {
      if (!args.quiet) io.err(`rc-wait: ${notice}\n`);
    };
    if (args.repair) await tidy(args, say, io.signal);
    const expected = await expectedOf(args);
    if (expected === undefined) return notWanted(args, io);
    const [{ checkNetwork, isHeld }, { openJournal }] = await Promise.all([
      import('../../../network/plan/check.ts'),
      import('../../../network/change/journal/journal.ts'),
    ]);
    const check = await checkNetwork({ ...expected, root: args.root });
    const unfinished = await openJournal(args.root).pending();
    const held = isHeld(check) && unfinished === undefined;
    const reasons = [
      ...check.reasons,
      ...(unfinished ? [`a change that was begun at ${unfinished.entry.startedAt} has not ended`] : []),
    ];
    const network = held || !args.repair ? null : await putBack(check, args, say, io.signal);
    print({ check, held, reasons, network }, args, io);
    return held || network !== null ? 0 : 73;
  },
});

/** What is expected by the flags and by what rc-wait did last; undefined: it was rolled back by hand. */
async function expectedOf(args: CheckArgs): Promise<Omit<PlanRequest, 'root'> | undefined> {
  const { openJournal } = await import('../../../network/change/journal/journal.ts');
  const last = await openJournal(args.root).last();
  const text = args.gateway ?? last?.gateway;
  if (text === undefined) {
    throw new RcWaitError('CONFIGURATION', 'cannot check the network: rc-wait has set no gateway here', {
      hint: 'name the one that is expected with --gateway',
    });
  }
  const gateway = parseIpv4(text);
  if (gateway === undefined) {
    throw new RcWaitError(
      'USAGE',
      `cannot use --gateway ${text}: an IPv4 address is expected, such as 10.208.0.1`,
    );
  }
  if (args.gateway === undefined && last?.purpose === 'rollback') return undefined;
  // What rc-wait did last is the answer where nothing is said, not where something else is.
  const remembered = args.gateway === undefined ? last : undefined;
  const interfaceName = args.interface ?? remembered?.interface;
  const stack = args.network === 'auto' ? (remembered?.stack ?? 'auto') : args.network;
  const publicInterface = last?.publicInterface ?? 'keep';
  return { gateway, stack, publicInterface, ...(interfaceName === undefined ? {} : { interfaceName }) };
}

/** Undoes what an rc-wait that was killed has left, where there is the right to. */
async function tidy(args: CheckArgs, say: (notice: string) => void, signal: AbortSignal): Promise<void> {
  if (!isByService(args)) return recoverFirst(args.root, say, signal);
  const { recoverByService } = await import('../../../app/network/as-service.ts');
  return recoverByService();
}

async function putBack(
  { plan, obstacle }: Check,
  args: CheckArgs,
  say: (notice: string) => void,
  signal: AbortSignal,
): Promise<NetworkResult> {
  const { root } = args;
  if (obstacle !== undefined) throw obstacle;
  if (isByService(args)) {
    const { configureByService } = await import('../../../app/network/as-service.ts');
    const { wish, stack } = plan;
    const { gateway, interfaceName, publicInterface = 'keep' } = wish;
    const order = { gateway, stack, root, interfaceName, publicInterface, probe: undefined };
    const result = await configureByService(order, null);
    if (result.action === 'rolled-back') throw new RcWaitError('NETWORK_RELOAD', result.reason);
    return result;
  }
  const { applyNetwork } = await import('../../../network/change/apply.ts');
  const probes = await probesFor(plan, [], undefined);
  return applyNetwork(plan, { ...changeOptions(root, say), probes, signal });
}

interface Report {
  readonly check: Check;
  readonly held: boolean;
  readonly reasons: readonly string[];
  readonly network: NetworkResult | null;
}

function print({ check, held, reasons, network }: Report, { output }: CheckArgs, io: Io): void {
  const { gateway, interfaceName, stack, configuration, kernel, defaultRoutes } = check;
  if (output === 'json') {
    const document = {
      schema: 'rc-wait/check/v1',
      held,
      gateway_ip: gateway,
      interface: interfaceName,
      stack,
      configuration,
      kernel: kernel ?? null,
      default_routes: defaultRoutes,
      reasons,
      ...(check.warnings.length > 0 ? { warnings: check.warnings } : {}),
      network,
    };
    io.out(`${JSON.stringify(document)}\n`);
    return;
  }
  const where = `the gateway ${gateway} on ${interfaceName} (${stack})`;
  const verdict = held ? 'held' : network === null ? 'not held' : 'put back';
  io.out(
    [
      `${verdict}: ${where}`,
      ...reasons.map((reason) => `  ${reason}`),
      ...check.warnings.map((one) => `  look at this: ${one}`),
    ]
      .join('\n')
      .concat('\n'),
  );
}

/** It was rolled back by hand: whoever did that does not want it back. */
function notWanted({ output }: CheckArgs, io: Io): number {
  const reason = 'the gateway that rc-wait had set was rolled back by hand, so none is expected';
  const document = {
    schema: 'rc-wait/check/v1',
    held: null,
    gateway_ip: null,
    interface: null,
    stack: null,
    configuration: null,
    kernel: null,
    default_routes: [],
    reasons: [reason],
    network: null,
  };
  io.out(output === 'json' ? `${JSON.stringify(document)}\n` : `${reason}\n`);
  return 0;
}
