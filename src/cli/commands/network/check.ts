import type { Options } from 'yargs';
import type { Io } from '../../../app/io.ts';
import type { GatewayReport } from '../../../app/network/check-gateway.ts';
import { parseGateway } from '../../../app/network/request.ts';
import { mayConfigure, refuseForeignRoot } from '../../../app/root.ts';
import { RcWaitError } from '../../../base/error.ts';
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
    const { checkGateway } = await import('../../../app/network/check-gateway.ts');
    const report = await checkGateway(parseGateway(args.gateway), args, say, io.signal);
    if (report === undefined) return notWanted(args, io);
    print(report, args, io);
    return report.held || report.network !== null ? 0 : 73;
  },
});

function print({ check, held, reasons, network }: GatewayReport, { output }: CheckArgs, io: Io): void {
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

/** Reports that no gateway is expected: somebody rolled it back by hand and does not want it back. */
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
