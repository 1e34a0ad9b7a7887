import { systemClock } from '../../base/clock.ts';
import { startDeadline } from '../../base/deadline.ts';
import { RcWaitError } from '../../base/error.ts';
import { readRecords } from '../../history/read.ts';
import type { WaitRecord } from '../../history/record.ts';
import { believed } from '../../host/finding.ts';
import { likenessOf } from '../../host/is-rackspace.ts';
import { thisServer } from '../../host/server.ts';
import { ledgerFolder } from '../../pace/open-ledger.ts';
import { readUsage, type UsageReading } from '../../pace/usage.ts';
import { doctorDocument, exitOfLooks, humanDoctor, type Look } from '../../report/doctor.ts';
import { runCommand } from '../../system/tool.ts';
import { recordsPlace } from '../history/place.ts';
import type { Io } from '../io.ts';
import { lookForCauses } from '../preflight/look.ts';
import { askSystemctl } from '../wait/around-boot.ts';
import { unprocessableReason } from '../xenstore-status.ts';
import { type ApiSeen, looksAtApi } from './api.ts';
import { lastStatus, looksAtCauses } from './causes.ts';
import { looksAtLogins } from './logins.ts';
import { type GatewayWanted, looksAtNetwork } from './network.ts';
import type { DoctorOptions } from './options.ts';
import { looksAtQuota } from './quota.ts';
import { seeApi } from './see-api.ts';
import { seeNetwork } from './see-network.ts';
import { looksAtServer, type ServerSeen } from './server.ts';
import { endOfService, isAtWork, isInUse, looksAtUnits, seeUnits, type UnitsSeen } from './service.ts';
import { type LastStatus, looksAtVerdict } from './verdict.ts';

/** What is wrong in the file of rc-wait.service. */
type Settings = ServerSeen['settings'];

/** `rc-wait doctor`: prints what it found; resolves to the exit status. */
export async function doctor(
  args: DoctorOptions & { readonly output: 'human' | 'json' },
  io: Io,
  settings: Settings,
): Promise<number> {
  const looks = await lookAtAll(args, io, settings);
  const text =
    args.output === 'json'
      ? `${JSON.stringify(doctorDocument(looks))}\n`
      : humanDoctor(looks, io.troublesPage);
  io.out(text);
  return exitOfLooks(looks);
}

/** Looks at everything and changes nothing. */
async function lookAtAll(args: DoctorOptions, io: Io, settings: Settings): Promise<readonly Look[]> {
  const directory = ledgerFolder(args['state-dir']);
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
  const records = await recordsOfWaits(directory);
  const last = lastStatus(api, directory, end, records);
  const network = await seeNetwork(args, server, ofTrial(request, server, units));
  const quotaLooks = looksAtQuota(directory, quota);
  const seen: readonly Look[] = [
    ...looksAtServer({ ...server, answer: api.answer?.ok ? 'usable' : api.answer?.error.code }),
    ...(await looksAtEnd(last, server, records)),
    ...looksAtApi(api),
    ...(saysMore(api.answer) ? withoutRefusals(quotaLooks) : quotaLooks),
    ...looksAtNetwork({ ...network, isAtWork: isAtWork(units) }),
  ];
  const faults = [...seen, ...logins].flatMap(({ fault }) => fault?.code ?? []);
  const after = { status: last?.status, answers: api.answer?.ok, faults };
  return [...seen, ...looksAtUnits(units, after), ...logins];
}

/**
 * A gateway of an API that is named by hand serves for trying rc-wait out where the machine is not a Rackspace server and
 * the service does not wait on it.
 */
function ofTrial(
  request: GatewayWanted | undefined,
  { hasApiUrl, likeness }: ServerSeen,
  units: UnitsSeen | undefined,
): GatewayWanted | undefined {
  const isForTrial = hasApiUrl && !likeness.isRackspace && !isInUse(units);
  return request?.by === 'rc-wait' ? { ...request, isForTrial } : request;
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

/** The records of waits; none where they cannot be read, which nothing depends on. */
async function recordsOfWaits(directory: string): Promise<readonly WaitRecord[]> {
  try {
    return (await readRecords(recordsPlace({ root: '/', 'state-dir': directory }))).records;
  } catch (error) {
    if (error instanceof RcWaitError) return [];
    throw error;
  }
}

/** The verdict and, after FAILED, what may have led to it. */
async function looksAtEnd(
  last: LastStatus | undefined,
  server: ServerSeen,
  records: readonly WaitRecord[],
): Promise<readonly Look[]> {
  const status = last?.status;
  const seen = { records, nowMs: Date.now() };
  const facts = {
    instance: believed(server.instanceIds)?.value,
    region: server.named.region ?? believed(server.regions)?.value,
  };
  if (status === 'FAILED') {
    const causes = await lookForCauses({ root: '/' });
    return [...looksAtVerdict(last, facts, seen), ...looksAtCauses(causes)];
  }
  if (status !== 'UNPROCESSABLE') return looksAtVerdict(last, facts, seen);
  const deadline = startDeadline(systemClock, systemClock.nowMs() + 5_000);
  const reason = await unprocessableReason(deadline.signal).finally(deadline.end);
  return looksAtVerdict(last, { ...facts, reason }, seen);
}

async function seeServer(args: DoctorOptions, settings: Settings): Promise<ServerSeen> {
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
    settings,
  };
}
