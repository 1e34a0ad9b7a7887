import { systemClock } from '../../base/clock.ts';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import type { PlanRequest } from '../../network/plan/plan.ts';
import type { Look } from '../../report/doctor.ts';
import { type ApiTarget, sourceOf, targetOf } from '../api.ts';
import type { Io } from '../io.ts';
import type { ApiOptions } from '../options.ts';
import type { ApiSeen } from './api.ts';
import type { NetworkSeen } from './network.ts';
import type { ServerSeen } from './server.ts';

/** Options of `rc-wait doctor`. */
interface DoctorOptions extends ApiOptions {
  readonly offline: boolean;
  readonly network: PlanRequest['stack'];
  /** time limit of a question to the API, in ms */
  readonly timeout: number;
}

/** Whether this may be a Rackspace server. */
export async function likenessHere() {
  const [{ thisServer }, { likenessOf }] = await Promise.all([
    import('../../host/server.ts'),
    import('../../host/is-rackspace.ts'),
  ]);
  return likenessOf(await thisServer().region());
}

/** Looks at everything and changes nothing. */
export async function lookAtAll(args: DoctorOptions, io: Io): Promise<readonly Look[]> {
  const [
    { looksAtServer },
    { looksAtApi },
    { looksAtQuota },
    { looksAtNetwork },
    { looksAtUnits },
    { looksAtLogins },
    { lastStatus, looksAtCauses },
  ] = await Promise.all([
    import('./server.ts'),
    import('./api.ts'),
    import('./quota.ts'),
    import('./network.ts'),
    import('./service.ts'),
    import('./logins.ts'),
    import('./causes.ts'),
  ]);
  const [{ readUsage }, { runCommand }, { askSystemctl }] = await Promise.all([
    import('../../pace/usage.ts'),
    import('../../system/tool.ts'),
    import('../wait/around-boot.ts'),
  ]);
  const directory = args['state-dir'];
  const server = await seeServer(args);
  // Read before the API is asked, so that this command's own requests do not count.
  const quota = readUsage(directory, systemClock.nowMs());
  const [api, network, units, logins] = await Promise.all([
    seeApi(args, io),
    seeNetwork(args, server),
    looksAtUnits(runCommand),
    looksAtLogins(askSystemctl),
  ]);
  const hasFailed = lastStatus(api, directory, units) === 'FAILED';
  return [
    ...looksAtServer(server),
    ...looksAtApi(api),
    ...looksAtQuota(directory, quota),
    ...looksAtNetwork(network),
    ...units,
    ...logins,
    ...(hasFailed ? looksAtCauses(await causesHere()) : []),
  ];
}

async function causesHere() {
  const { lookForCauses } = await import('../preflight/look.ts');
  return lookForCauses({ root: '/' });
}

async function seeServer(args: DoctorOptions): Promise<ServerSeen> {
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

async function seeApi(args: DoctorOptions, io: Io): Promise<ApiSeen> {
  let seen: Pick<ApiSeen, 'url' | 'by'> = { url: undefined, by: 'the default route' };
  try {
    const target = await targetOf(args);
    seen = { url: target.baseUrl, by: await wayOf(args, target) };
    if (args.offline) return { ...seen, answer: undefined };
    const [{ askOnce, usable, withApiForOne }, { readStatus }] = await Promise.all([
      import('../ask-once.ts'),
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

/** The interface and address that requests leave by. */
async function wayOf(args: DoctorOptions, target: ApiTarget): Promise<string> {
  const source = sourceOf(args, target);
  if (source === undefined) return 'whichever interface the routes say';
  const { links } = await import('../../system/links.ts');
  const present = links();
  if (source === 'missing') return `${args.interface ?? target.serviceNet}, which has no IPv4 address`;
  const holder = present.find(({ addresses }) => addresses.some(({ address }) => address === source));
  return `${holder?.name ?? 'no interface of this server'}, ${source}`;
}

async function seeNetwork(args: DoctorOptions, server: ServerSeen): Promise<NetworkSeen> {
  const [{ readDefaultRoutes }, { runCommand }, { explainStack }, { openJournal }, { believed }] =
    await Promise.all([
      import('../../network/kernel/routes.ts'),
      import('../../system/tool.ts'),
      import('../../network/plan/plan.ts'),
      import('../../network/change/journal/journal.ts'),
      import('../../host/finding.ts'),
    ]);
  const routes = await readDefaultRoutes(runCommand);
  // Rackspace's convention, if no source names the interface.
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

/** Whether the gateway that rc-wait set last is still in place. */
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
