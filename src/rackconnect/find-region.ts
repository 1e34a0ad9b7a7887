import { RcWaitError } from '../base/error.ts';
import { type Region, regions } from '../base/region.ts';
import type { Reply } from '../http/types.ts';
import type { AskOptions } from '../pace/types.ts';
import type { RackconnectClient } from './client.ts';
import { readStatus } from './payload.ts';
import { type ApiUrl, apiUrlOf } from './regions.ts';

/** The answer of one region's API. */
interface RegionAnswer {
  readonly region: Region;
  readonly knows: boolean;
  readonly refused: boolean;
  /** the reason why there was no answer, such as ECONNREFUSED; undefined: there was one */
  readonly trouble: string | undefined;
  /** its answer, in short */
  readonly why: string;
}

/** The result of asking all six regions. */
export type RegionSearch =
  | { readonly kind: 'found'; readonly region: Region }
  | {
      readonly kind: 'nowhere';
      readonly refused: boolean;
      readonly why: string;
      /** what can be done about it */
      readonly remedy: string;
    };

/**
 * An answer of the last half minute will do. Of 64 processes that do not know the region one asks, and those
 * that started later cost at most twelve requests a minute. The status itself is asked anew once the region is found.
 */
const youngEnoughMs = 30_000;

interface SearchOptions extends Pick<AskOptions, 'signal' | 'onDelay'> {
  readonly nowMs: number;
  /** answers requested before this moment will not do; left out: only the age counts */
  readonly newerThanMs?: number;
}

/**
 * Asks the API of each of the six regions once, at the same time. This takes six slots, because nobody knows
 * whether the regions share a quota. The API that reports this server's status is the one of its region. A 403
 * is a "no": unknown servers get it.
 *
 * @param clientOf a client of the API at an address, on the pace that all requests share
 * @throws RcWaitError CONFIGURATION when several APIs know this server; the signal's reason when aborted
 */
export async function findRegion(
  clientOf: (baseUrl: ApiUrl) => RackconnectClient,
  { nowMs, newerThanMs = Number.NEGATIVE_INFINITY, ...options }: SearchOptions,
): Promise<RegionSearch> {
  const answers = await Promise.all(
    regions.map(async (region) => {
      const { reply } = await clientOf(apiUrlOf(region)).ask('automation_status/details', 'json', {
        ...options,
        newerThanMs: Math.max(newerThanMs, nowMs - youngEnoughMs),
        // Five of the six must fail; that does not mean that the sixth cannot answer.
        aside: true,
      });
      return answerOf(region, reply);
    }),
  );
  return judge(answers);
}

function judge(answers: readonly RegionAnswer[]): RegionSearch {
  const knowing = answers.filter(({ knows }) => knows).map(({ region }) => region);
  const [region, other] = knowing;
  if (region !== undefined && other === undefined) return { kind: 'found', region };
  if (region !== undefined) {
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot tell the region of this server: the APIs of ${knowing.join(' and ')} all know it`,
      { hint: 'name it with --region' },
    );
  }
  return { kind: 'nowhere', refused: answers.every(({ refused }) => refused), ...whyNowhere(answers) };
}

/** What failing to resolve a name is called, by the codes of getaddrinfo(3) as Node has them. */
const lookupTroubles: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name server did not answer',
  EAI_FAIL: 'the name server cannot answer',
};

/** One sentence about six answers. */
function whyNowhere(answers: readonly RegionAnswer[]): { readonly why: string; readonly remedy: string } {
  const troubles = answers.map(({ trouble }) => trouble);
  const details = grouped(answers);
  if (troubles.every((trouble) => trouble !== undefined && trouble in lookupTroubles))
    return {
      why: `DNS does not work on this server: the names of the six APIs cannot be resolved${details}`,
      remedy: 'look at /etc/resolv.conf, and whether its name servers can be reached',
    };
  if (!troubles.includes(undefined))
    return {
      why: `none of the six APIs can be reached${details}`,
      remedy: 'they answer over ServiceNet only: see rc-wait doctor',
    };
  const isWhole = troubles.every((trouble) => trouble === undefined);
  return {
    why: `the API of no region ${isWhole ? '' : 'that can be reached '}knows this server${details}`,
    remedy: 'name it with --region (dfw, hkg, iad, lon, ord or syd)',
  };
}

/** What each of them said; what several said is said once. */
function grouped(answers: readonly RegionAnswer[]): string {
  const groups = [...Map.groupBy(answers, ({ why }) => why)];
  const [only] = groups.length === 1 ? groups : [];
  if (only !== undefined) return `: ${only[0]}`;
  const parts = groups.map(([why, those]) => `${those.map(({ region }) => region).join(', ')}: ${why}`);
  return ` (${parts.join('; ')})`;
}

function answerOf(region: Region, reply: Reply): RegionAnswer {
  if (reply.kind !== 'ok')
    return {
      region,
      knows: false,
      refused: reply.kind === 'refused',
      trouble: reply.kind === 'unreachable' ? reply.code : undefined,
      why: whyNot(reply),
    };
  const status = readStatus(reply.body, reply.contentType);
  const why = status.ok ? status.value : status.why;
  return { region, knows: status.ok, refused: false, trouble: undefined, why };
}

function whyNot(reply: Exclude<Reply, { kind: 'ok' }>): string {
  switch (reply.kind) {
    case 'absent':
      return '404';
    case 'refused':
      return '403';
    case 'failing':
      return String(reply.status);
    case 'unexpected':
      return reply.reason ?? String(reply.status);
    case 'unreachable':
      // The reason has the host's name, which the region says already.
      return lookupTroubles[reply.code] ?? reply.reason;
  }
}
