import type { Options } from 'yargs';
import type { Io } from '../../../app/io.ts';
import { parseGateway } from '../../../app/network/request.ts';
import {
  apiFlags,
  durationFlag,
  outputFlags,
  probeFlag,
  publicInterfaceFlag,
  rootFlag,
  stackFlag,
} from '../../args/flags.ts';
import { type Args, type Command, command } from '../../command.ts';

const networkFlags = {
  gateway: {
    string: true,
    requiresArg: true,
    describe: 'The gateway to set, instead of asking the API for it',
  },
  ...stackFlag,
  ...publicInterfaceFlag,
  ...rootFlag,
  ...apiFlags,
  ...outputFlags,
  timeout: durationFlag('timeout', 'How long to wait for the quota and for the answer', '90s'),
} as const satisfies Record<string, Options>;

type NetworkArgs = Args<typeof networkFlags>;

const exits =
  '64 wrong flags, 69 no usable answer, 73 it cannot be done, and all is as before, 77 root is needed, or the API refused.';

/** `rc-wait network plan` */
export const networkPlanCommand: Command = command({
  name: 'network plan',
  summary: 'Show what would change for the gateway to be the default route; change nothing',
  flags: networkFlags,
  examples: [
    ['$0 network plan', 'ask the API for the gateway, and show the diff and the commands'],
    ['$0 network plan --public-interface disable', 'the same, with eth0 down from then on'],
    ['$0 network plan --gateway 10.208.0.1 --root /mnt', 'the same for a server whose disk is mounted'],
  ],
  notes: `Exit status: 0 shown, ${exits}`,
  async run(args, io) {
    const [{ planByHand, planInWords }, { shownText }] = await Promise.all([
      import('../../../app/network/by-hand.ts'),
      import('../../../base/bytes.ts'),
    ]);
    const plan = await planByHand(parseGateway(args.gateway), args, io);
    if (plan === undefined) return leftAlone(args, io);
    const { stack, why, wish, disabled, changes, commands } = plan;
    if (args.output === 'json') {
      const files = changes.map(({ path, before, after }) => ({
        path,
        before: before === undefined ? null : shownText(before),
        after: after === undefined ? null : shownText(after),
      }));
      const document = {
        schema: 'rc-wait/plan/v1',
        stack,
        why,
        interface: wish.interfaceName,
        gateway_ip: wish.gateway,
        disabled,
        files,
        commands: commands.map(({ argv }) => argv),
        ...(plan.warnings ? { warnings: plan.warnings } : {}),
      };
      io.out(`${JSON.stringify(document)}\n`);
    } else {
      io.out(await planInWords(plan));
    }
    return 0;
  },
});

/** `rc-wait network apply` */
export const networkApplyCommand: Command = command({
  name: 'network apply',
  summary: 'Make the gateway the default route, in the files and in the kernel',
  flags: { ...networkFlags, ...probeFlag },
  examples: [
    ['$0 network apply', 'ask the API for the gateway, write it, reload the network'],
    ['$0 network apply --gateway 10.208.0.1 --network netplan', 'do as told, without asking the API'],
    [
      '$0 network apply --probe tcp://192.0.2.80:443',
      'and put all back if that cannot be reached afterwards',
    ],
  ],
  notes: `Where RackConnect configures the network itself nothing is changed, unless --gateway or --network says otherwise. Exit status: 0 done, ${exits} 74 and what was there before could not be put back.`,
  async run(args, io) {
    const say = (notice: string): void => {
      if (!args.quiet) io.err(`rc-wait: ${notice}\n`);
    };
    const { applyByHand } = await import('../../../app/network/by-hand.ts');
    const done = await applyByHand(parseGateway(args.gateway), args, io, say);
    if (done === undefined) return leftAlone(args, io);
    const { gateway, network } = done;
    if (args.output === 'json')
      io.out(`${JSON.stringify({ schema: 'rc-wait/network/v1', gateway_ip: gateway, network })}\n`);
    else if (network.action === 'skipped') io.out(`left alone: ${network.reason}\n`);
    else
      io.out(
        `${network.action}: the default route goes through ${gateway} on ${network.interface} (${[network.stack, ...network.files].join(' ')})\n`,
      );
    return 0;
  },
});

function leftAlone(args: NetworkArgs, io: Io): number {
  const reason = 'RackConnect configures the network stack of this server itself';
  const network = { action: 'skipped', reason };
  io.out(
    args.output === 'json'
      ? `${JSON.stringify({ schema: 'rc-wait/network/v1', gateway_ip: null, network })}\n`
      : `left alone: ${reason}\n`,
  );
  return 0;
}
