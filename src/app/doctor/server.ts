import type { ErrorCode } from '../../base/error.ts';
import type { Region } from '../../base/region.ts';
import { believed, type Finding, wordsOf } from '../../host/finding.ts';
import type { Likeness } from '../../host/is-rackspace.ts';
import type { Look } from '../../report/doctor.ts';

/** What this server's own sources say about it. */
export interface ServerSeen {
  readonly likeness: Likeness;
  readonly regions: readonly Finding<Region>[];
  readonly serviceNets: readonly Finding<string>[];
  readonly instanceIds: readonly Finding<string>[];
  readonly roles: readonly Finding<readonly string[]>[];
  /** the values of flags or their variables, which take precedence */
  readonly named: { readonly region: string | undefined; readonly interfaceName: string | undefined };
  /** a flag names the API itself, so no region is needed */
  readonly hasApiUrl: boolean;
  /** what is wrong in the file of rc-wait.service */
  readonly settings: readonly { readonly why: string; readonly remedy: string }[];
}

/** What came of asking the API: a usable answer, or the code of the error; undefined: it was not asked. */
type Asked = 'usable' | ErrorCode | undefined;

/** Reports who this server is, and which source says so. */
export function looksAtServer(seen: ServerSeen & { readonly answer: Asked }): readonly Look[] {
  const { likeness, regions, serviceNets, instanceIds, roles, named, hasApiUrl, answer } = seen;
  // Where the API was asked and the region was not found, that is the error of the answer.
  const isAsked = answer !== undefined;
  return [
    lookAtKind(likeness, hasApiUrl || named.region !== undefined, answer),
    ...seen.settings.map(lookAtSetting),
    lookAt('instance', instanceIds, undefined),
    withFault(lookAt('region', regions, named.region), hasApiUrl || isAsked || !likeness.isRackspace),
    lookAt('ServiceNet', serviceNets, named.interfaceName),
    lookAt(
      'roles',
      roles.map((one) => (one.kind === 'known' ? { ...one, value: one.value.join(' ') } : one)),
      undefined,
    ),
  ];
}

/** Whether it is a Rackspace server. On any other there is nothing to wait for, unless a flag names an API. */
function lookAtKind({ isRackspace, why }: Likeness, isNamed: boolean, answer: Asked): Look {
  const look = { topic: 'server', what: 'kind', because: why } as const;
  if (isRackspace || isNamed)
    return { ...look, seen: isRackspace ? "may be one of Rackspace's" : 'named by flag' };
  if (answer === 'usable') return { ...look, seen: "known to RackConnect, and not like one of Rackspace's" };
  return {
    ...look,
    seen: "none of Rackspace's",
    fault: {
      // A wait would ask the APIs of all regions until its deadline.
      code: answer ?? 'API_UNAVAILABLE',
      why: 'this is not a Rackspace cloud server: there is nothing to wait for',
      remedy: 'nothing; or, to try rc-wait out, start rc-wait simulate and name it with --api-url',
    },
  };
}

function lookAtSetting({ why, remedy }: ServerSeen['settings'][number]): Look {
  const again = 'systemctl restart rc-wait.service';
  const fault = {
    code: 'USAGE',
    why: `rc-wait.service does not wait: ${why}`,
    remedy: `${remedy}; then: ${again}`,
  } as const;
  return { topic: 'server', what: 'settings', seen: why, fault };
}

/** The value that rc-wait believes and its source; sources that contradict it are listed, too. */
function lookAt(what: string, findings: readonly Finding<string>[], named: string | undefined): Look {
  const topic = 'server';
  const best = believed(findings);
  if (named !== undefined) return { topic, what, seen: named, because: 'by flag or variable' };
  if (best === undefined)
    return { topic, what, seen: 'not known', because: findings.map(wordsOf).join('; ') };
  const against = findings.filter((one) => one.kind === 'known' && one.value !== best.value);
  const because = [wordsOf(best), ...against.map((one) => `but ${wordsOf(one)}`)].join('; ');
  return { topic, what, seen: best.value, because };
}

function withFault(look: Look, isNeedless: boolean): Look {
  if (isNeedless || look.seen !== 'not known') return look;
  return {
    ...look,
    fault: {
      code: 'API_UNAVAILABLE',
      why: 'nothing on this server names its region, so the APIs of all six are asked',
      remedy:
        'echo RC_WAIT_REGION=ord >>/etc/default/rc-wait, with the region of this server; by hand: --region ord',
    },
  };
}
