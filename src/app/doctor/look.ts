import { systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import type { UsageReading } from '../../pace/usage.ts';
import type { Look } from '../../report/doctor.ts';
import type { Io } from '../io.ts';
import type { ApiSeen } from './api.ts';
import type { DoctorOptions } from './options.ts';
import type { ServerSeen } from './server.ts';
import type { LastStatus } from './verdict.ts';

/** Whether this may be a Rackspace server. */
export async function likenessHere() {
  const [{ thisServer }, { likenessOf }] = await Promise.all([
    import('../../host/server.ts'),
    import('../../host/is-rackspace.ts'),
  ]);
  return likenessOf(await thisServer().region());
}

/** What is wrong in the file of rc-wait.service. */
type Settings = ServerSeen['settings'];

/** Looks at everything and changes nothing. */
export async function lookAtAll(args: DoctorOptions, io: Io, settings: Settings): Promise<readonly Look[]> {
  const [
    { looksAtServer },
    { looksAtApi },
    { looksAtQuota },
    { looksAtNetwork },
    { endOfService, isAtWork, looksAtUnits, seeUnits },
    { looksAtLogins },
    { lastStatus },
  ] = await Promise.all([
    import('./server.ts'),
    import('./api.ts'),
    import('./quota.ts'),
    import('./network.ts'),
    import('./service.ts'),
    import('./logins.ts'),
    import('./causes.ts'),
  ]);
  const [{ readUsage }, { runCommand }, { askSystemctl }, { seeApi }, { seeNetwork }] = await Promise.all([
    import('../../pace/usage.ts'),
    import('../../system/tool.ts'),
    import('../wait/around-boot.ts'),
    import('./see-api.ts'),
    import('./see-network.ts'),
  ]);
  const directory = args['state-dir'];
  const server = await seeServer(args, settings);
  // Read before the API is asked, so that this command's own requests do not count.
  const quota = readUsage(directory, systemClock.nowMs());
  const [{ request, ...asked }, units, logins] = await Promise.all([
    seeApi(args, io),
    seeUnits(runCommand),
    looksAtLogins(askSystemctl),
  ]);
  const api = { ...asked, answer: asRefused(asked.answer, quota) };
  const end = endOfService(units);
  const last = lastStatus(api, directory, end);
  const network = await seeNetwork(args, server, request);
  const quotaLooks = looksAtQuota(directory, quota);
  const seen: readonly Look[] = [
    ...looksAtServer(server),
    ...(await looksAtEnd(last, server)),
    ...looksAtApi(api),
    ...(saysMore(api.answer) ? withoutRefusals(quotaLooks) : quotaLooks),
    ...looksAtNetwork({ ...network, isAtWork: isAtWork(units) }),
  ];
  const faults = seen.flatMap(({ fault }) => fault?.code ?? []);
  const after = { status: last?.status, answers: api.answer?.ok, faults };
  return [...seen, ...looksAtUnits(units, after), ...logins];
}

type Answer = ApiSeen['answer'];

/** A question that the refusals of before keep from being asked in time has been refused, and is not a silence. */
function asRefused(answer: Answer, quota: UsageReading): Answer {
  const isHeld = quota.kind === 'read' && quota.usage.refusals > 0 && quota.usage.heldMs > 0;
  if (answer === undefined || answer.ok || !isHeld || answer.error.code !== 'API_UNAVAILABLE') return answer;
  return { ok: false, error: new RcWaitError('API_REFUSED', answer.error.message) };
}

/** Whether an answer says more of refusals than those of before: it is one, or the API answers again. */
function saysMore(answer: Answer): boolean {
  return answer !== undefined && (answer.ok || answer.error.code === 'API_REFUSED');
}

function withoutRefusals(looks: readonly Look[]): readonly Look[] {
  return looks.map(({ fault, ...look }) =>
    fault === undefined || fault.code === 'API_REFUSED' ? look : { ...look, fault },
  );
}

/** The verdict and, after FAILED, what may have led to it. */
async function looksAtEnd(last: LastStatus | undefined, server: ServerSeen): Promise<readonly Look[]> {
  const status = last?.status;
  if (status !== 'FAILED' && status !== 'UNPROCESSABLE') return [];
  const [{ looksAtVerdict }, { believed }] = await Promise.all([
    import('./verdict.ts'),
    import('../../host/finding.ts'),
  ]);
  const facts = {
    instance: believed(server.instanceIds)?.value,
    region: server.named.region ?? believed(server.regions)?.value,
  };
  if (status === 'FAILED') {
    const { looksAtCauses } = await import('./causes.ts');
    return [...looksAtVerdict(last, facts), ...looksAtCauses(await causesHere())];
  }
  const { unprocessableReason } = await import('../xenstore-status.ts');
  const reason = await unprocessableReason(AbortSignal.timeout(5_000));
  return looksAtVerdict(last, { ...facts, reason });
}

async function causesHere() {
  const { lookForCauses } = await import('../preflight/look.ts');
  return lookForCauses({ root: '/' });
}

async function seeServer(args: DoctorOptions, settings: Settings): Promise<ServerSeen> {
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
    isAsked: !args.offline,
    settings,
  };
}
