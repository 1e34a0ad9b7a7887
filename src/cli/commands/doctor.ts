import type { Options } from 'yargs';
import { sourceOf, type Target, targetOf } from '../../app/api.ts';
import type { ApiSeen } from '../../app/doctor/api.ts';
import type { NetworkSeen } from '../../app/doctor/network.ts';
import type { ServerSeen } from '../../app/doctor/server.ts';
import type { Io } from '../../app/io.ts';
import { systemClock } from '../../base/clock.ts';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import type { PlanRequest } from '../../network/plan/plan.ts';
import type { Look } from '../../report/doctor.ts';
import { apiFlags, durationFlag, outputFlags, stackFlag } from '../args/flags.ts';
import { type Args, type Command, command } from '../command.ts';

const flags = {
  offline: {
    boolean: true,
    default: false,
    describe: 'Do not ask the API; else it is asked once, within the quota',
  },
  condition: {
    boolean: true,
    default: false,
    describe:
      "Only say whether this may be one of Rackspace's servers: exit status 0, or 100 where it is surely none",
  },
  ...stackFlag,
  ...apiFlags,
  ...outputFlags,
  timeout: durationFlag('timeout', 'How long to wait for the quota and for the answer', '15s'),
} as const satisfies Record<string, Options>;

type DoctorArgs = Args<typeof flags>;

/** `rc-wait doctor` */
export const doctorCommand: Command = command({
  name: 'doctor',
  summary: 'Look at everything: who am I, does the API answer, what is wrong, and what to type',
  flags,
  examples: [
    ['$0 doctor', 'one screen; the exit status is 0 when nothing is wrong'],
    ['$0 doctor --offline', 'the same without a request'],
    ['$0 doctor --output json', 'a document for a program'],
  ],
  notes:
    'Changes nothing. Exit status: 0 nothing is wrong; else that with which a wait would end for the first thing that is.',
  async run(args, io) {
    if (args.condition) return condition(args, io);
    const { doctorDocument, exitOfLooks, humanDoctor } = await import('../../report/doctor.ts');
    const looks = await lookAtAll(args, io);
    io.out(args.output === 'json' ? `${JSON.stringify(doctorDocument(looks))}\n` : humanDoctor(looks));
    return exitOfLooks(looks);
  },
});

/** Of --condition. Not a status with which Node (1 to 14), the shell (126, 127) or systemd (from 200 on) say that it could not begin. */
const sureNo = 100;

/** Any trouble is a yes: where it cannot be told the wait has to find out. */
async function condition(args: DoctorArgs, io: Io): Promise<number> {
  if (args['api-url'] !== undefined || args.region !== undefined) return 0;
  try {
    const [{ thisServer }, { likenessOf }] = await Promise.all([
      import('../../host/server.ts'),
      import('../../host/is-rackspace.ts'),
    ]);
    const { isRackspace, why } = await likenessOf(await thisServer().region());
    if (isRackspace) return 0;
    io.out(`this is none of Rackspace's cloud servers, and there is nothing to wait for: ${why}\n`);
    return sureNo;
  } catch (error) {
    io.err(`rc-wait: cannot tell whether this is one of Rackspace's servers: ${reasonOf(error)}\n`);
    return 0;
  }
}

async function lookAtAll(args: DoctorArgs, io: Io): Promise<readonly Look[]> {
  const [
    { looksAtServer },
    { looksAtApi },
    { looksAtQuota },
    { looksAtNetwork },
    { looksAtUnits },
    { looksAtLogins },
  ] = await Promise.all([
    import('../../app/doctor/server.ts'),
    import('../../app/doctor/api.ts'),
    import('../../app/doctor/quota.ts'),
    import('../../app/doctor/network.ts'),
    import('../../app/doctor/service.ts'),
    import('../../app/doctor/logins.ts'),
  ]);
  const [{ readUsage }, { runCommand }, { askSystemctl }] = await Promise.all([
    import('../../pace/usage.ts'),
    import('../../system/tool.ts'),
    import('../../app/around-boot.ts'),
  ]);
  const directory = args['state-dir'];
  const server = await seeServer(args);
  // Before the API is asked: what this command itself uses is none of the news.
  const quota = readUsage(directory, systemClock.nowMs());
  const [api, network, units, logins] = await Promise.all([
    seeApi(args, io),
    seeNetwork(args, server),
    looksAtUnits(runCommand),
    looksAtLogins(askSystemctl),
  ]);
  return [
    ...looksAtServer(server),
    ...looksAtApi(api),
    ...looksAtQuota(directory, quota),
    ...looksAtNetwork(network),
    ...units,
    ...logins,
  ];
}

async function seeServer(args: DoctorArgs): Promise<ServerSeen> {
  const [{ thisServer }, { likenessOf }] = await Promise.all([
    import('../../host/server.ts'),
    import('../../host/is-rackspace.ts'),
  ]);
  const server = thisServer();
  const [regions, serviceNets, instanceIds, roles] = await Promise.all([
    server.region(),
    server.serviceNet(),
    server.instanceId(),
    server.roles(),
  ]);
  const named = { region: args.region, interfaceName: args.interface };
  const likeness = await likenessOf(regions);
  return {
    likeness,
    regions,
    serviceNets,
    instanceIds,
    roles,
    named,
    hasApiUrl: args['api-url'] !== undefined,
  };
}

async function seeApi(args: DoctorArgs, io: Io): Promise<ApiSeen> {
  let seen: Pick<ApiSeen, 'url' | 'by'> = { url: undefined, by: 'the default route' };
  try {
    const target = await targetOf(args);
    seen = { url: target.baseUrl, by: await wayOf(args, target) };
    if (args.offline) return { ...seen, answer: undefined };
    const [{ askOnce, usable, withApiForOne }, { readStatus }] = await Promise.all([
      import('../../app/ask-once.ts'),
      import('../../rackconnect/payload.ts'),
    ]);
    return await withApiForOne({ ...args, quiet: true }, io, async (api) => {
      seen = { ...seen, url: api.baseUrl };
      const startedMs = systemClock.nowMs();
      const operation = 'automation_status/details';
      const { reply, askedMs } = await askOnce(api, operation, 'json', { ...args, quiet: true }, io);
      const endedMs = systemClock.nowMs();
      const { body, contentType } = usable(reply, operation);
      const read = readStatus(body, contentType);
      if (!read.ok) throw new RcWaitError('API_UNAVAILABLE', `cannot read the API's answer: ${read.why}`);
      const times = { ageMs: endedMs - askedMs, tookMs: endedMs - startedMs };
      return { ...seen, answer: { ok: true, status: read.value, ...times } };
    });
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    return { ...seen, answer: { ok: false, error } };
  }
}

/** By which interface and from which address requests leave. */
async function wayOf(args: DoctorArgs, target: Target): Promise<string> {
  const source = sourceOf(args, target);
  if (source === undefined) return 'whichever interface the routes say';
  const { interfaces } = await import('../../host/interfaces.ts');
  const present = interfaces();
  if (source === 'missing') return `${args.interface ?? target.serviceNet}, which has no IPv4 address`;
  const holder = present.find(({ addresses }) => addresses.some(({ address }) => address === source));
  return `${holder?.name ?? 'no interface of this server'}, ${source}`;
}

async function seeNetwork(args: DoctorArgs, server: ServerSeen): Promise<NetworkSeen> {
  const [{ readDefaultRoutes }, { runCommand }, { explainStack }, { openJournal }, { believed }] =
    await Promise.all([
      import('../../network/kernel/routes.ts'),
      import('../../system/tool.ts'),
      import('../../network/plan/plan.ts'),
      import('../../network/change/journal/journal.ts'),
      import('../../host/finding.ts'),
    ]);
  const routes = await readDefaultRoutes(runCommand);
  // Rackspace's convention, where nothing says better.
  const interfaceName = args.interface ?? believed(server.serviceNets)?.value ?? 'eth1';
  const { network: stack } = args;
  const journal = openJournal('/');
  return {
    defaultRoutes: routes?.map(({ words }) => words.join(' ')),
    stack: await explainStack(interfaceName, { root: '/', stack }).then(
      (why) => ({ ok: true, why }) as const,
      (error: unknown) => ({ ok: false, why: reasonOf(error) }) as const,
    ),
    check: await checkLast(args.interface, stack).catch((error: unknown) => ({ error: reasonOf(error) })),
    unfinishedSince: await journal.pending().then(
      (pending) => pending?.entry.startedAt,
      () => undefined,
    ),
  };
}

/** How the gateway that rc-wait set last is held. */
async function checkLast(
  interfaceName: string | undefined,
  stack: PlanRequest['stack'],
): Promise<NetworkSeen['check']> {
  const [{ checkNetwork }, { openJournal }, { parseIpv4 }] = await Promise.all([
    import('../../network/plan/check.ts'),
    import('../../network/change/journal/journal.ts'),
    import('../../base/ipv4.ts'),
  ]);
  const last = await openJournal('/').last();
  const gateway = last?.purpose === 'apply' ? parseIpv4(last.gateway) : undefined;
  if (last === undefined || gateway === undefined) return undefined;
  return checkNetwork({
    gateway,
    interfaceName: interfaceName ?? last.interface,
    stack: stack === 'auto' ? last.stack : stack,
    publicInterface: last.publicInterface ?? 'keep',
    root: '/',
  });
}
