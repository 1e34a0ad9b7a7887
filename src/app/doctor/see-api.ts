import { systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import type { Reply } from '../../http/types.ts';
import { ledgerFolder } from '../../pace/open-ledger.ts';
import { readDetails } from '../../rackconnect/payload.ts';
import { links } from '../../system/links.ts';
import { judgeFeatures, judgeGateway } from '../../wait/verdict.ts';
import { type ApiTarget, sourceOf, targetOf } from '../api.ts';
import { askOnce, usable, withApiForOne } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { ApiSeen } from './api.ts';
import { publishedReplies } from './causes.ts';
import type { GatewayWanted } from './network.ts';
import type { DoctorOptions } from './options.ts';

/** What is asked after DEPLOYED. */
type Question = 'automation_features' | 'gateway_ip';

/** What the API says: the status, and after DEPLOYED what has to be done about the gateway. */
export async function seeApi(
  args: DoctorOptions,
  io: Io,
): Promise<ApiSeen & { readonly request: GatewayWanted | undefined }> {
  const named: GatewayWanted | undefined = args.network === 'off' ? { by: 'nobody' } : undefined;
  const before = async (question: Question): Promise<Reply> =>
    publishedReplies(ledgerFolder(args['state-dir']), question)[0] ?? { kind: 'absent' };
  let seen: Pick<ApiSeen, 'url' | 'by'> = { url: undefined, by: 'the default route' };
  try {
    const target = await targetOf(args);
    seen = { url: target.baseUrl, by: wayOf(args, target) };
    if (args.offline)
      return { ...seen, answer: undefined, request: named ?? (await requestBy(args, before)) };
    return await withApiForOne({ ...args, quiet: true }, io, async (api) => {
      seen = { ...seen, url: api.baseUrl };
      const startedMs = systemClock.nowMs();
      const operation = 'automation_status/details';
      const { reply, askedMs } = await askOnce(api, operation, 'json', { ...args, quiet: true }, io);
      const endedMs = systemClock.nowMs();
      const { body, contentType } = usable(reply, operation, api);
      const read = readDetails(body, contentType);
      if (!read.ok)
        throw new RcWaitError('API_UNAVAILABLE', `cannot read the answer of ${api.baseUrl}: ${read.why}`);
      const times = { ageMs: endedMs - askedMs, tookMs: endedMs - startedMs };
      const { status, tasks } = read.value;
      const ask = async (question: Question) =>
        (await askOnce(api, question, 'json', { ...args, quiet: true }, io)).reply;
      const request = named ?? (status === 'DEPLOYED' ? await requestBy(args, ask) : undefined);
      return { ...seen, answer: { ok: true, status, tasks, ...times }, request };
    });
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    return { ...seen, answer: { ok: false, error }, request: named };
  }
}

/** The interface and address that requests leave by. */
function wayOf(args: DoctorOptions, target: ApiTarget): string {
  const source = sourceOf(args, target);
  if (source === undefined) return 'whichever interface the routes say';
  if (source === 'missing') return `${args.interface ?? target.serviceNet}, which has no IPv4 address`;
  const holder = links().find(({ addresses }) => addresses.some(({ address }) => address === source));
  return `${holder?.name ?? 'no interface of this server'}, ${source}`;
}

/** What a wait would do about the gateway after DEPLOYED; undefined: the API does not say yet. */
async function requestBy(
  { network }: DoctorOptions,
  ask: (question: Question) => Promise<Reply>,
): Promise<GatewayWanted | undefined> {
  try {
    // A stack that is named by hand is written whatever the features say.
    const features = network === 'auto' ? judgeFeatures(await ask('automation_features')) : undefined;
    const isAnswered = features?.kind === 'done';
    if (isAnswered && features.value.networkStack === 'rackconnect') return { by: 'rackconnect' };
    if (network === 'auto' && !(isAnswered && features.value.networkStack === 'owner')) return undefined;
    const gateway = judgeGateway(await ask('gateway_ip'));
    return gateway.kind === 'done' ? { by: 'rc-wait', gateway: gateway.value } : undefined;
  } catch (error) {
    if (error instanceof RcWaitError) return undefined;
    throw error;
  }
}
