import type { Region } from '../base/region.ts';
import { believed, type Finding, finding, wordsOf } from './finding.ts';
import { rememberedRegion } from './remembered-region.ts';
import { type Server, thisServer } from './server.ts';

/** What this server's own sources say, for what no flag names. */
export interface Identity {
  readonly region?: Region;
  /** the source that named the region, and where */
  readonly regionBy?: string;
  /** the ServiceNet interface */
  readonly serviceNet?: string;
  /** who said what, one line each, in the order of trust */
  readonly said: readonly string[];
}

/** What to look up, and where an earlier search stored the region. */
interface Wanted {
  readonly region: boolean;
  readonly serviceNet: boolean;
  readonly stateDirectory: string;
}

/**
 * Looks up the region and the ServiceNet interface in this server's own sources; only what is wanted, because
 * each source costs a read.
 */
export async function identify(wanted: Wanted, server: Server = thisServer()): Promise<Identity> {
  const [regions, serviceNets] = await Promise.all([
    wanted.region ? regionFindings(server, wanted.stateDirectory) : [],
    wanted.serviceNet ? server.serviceNet() : [],
  ]);
  const region = believed(regions);
  const serviceNet = believed(serviceNets)?.value;
  return {
    ...(region === undefined ? {} : { region: region.value, regionBy: wordsOf(region) }),
    ...(serviceNet === undefined ? {} : { serviceNet }),
    said: [
      ...regions.map((one) => `region by ${wordsOf(one)}`),
      ...serviceNets.map((one) => `ServiceNet interface by ${wordsOf(one)}`),
    ],
  };
}

/** The region that this server's own sources name now, and which source does; undefined while none does. */
export async function regionNow(
  server: Pick<Server, 'region'> = thisServer(),
): Promise<{ readonly region: Region; readonly by: string } | undefined> {
  const said = believed(await server.region());
  return said && { region: said.value, by: wordsOf(said) };
}

async function regionFindings(server: Server, stateDirectory: string): Promise<readonly Finding<Region>[]> {
  const findings = await server.region();
  if (believed(findings) !== undefined) return findings;
  return [...findings, finding('earlier-answer', await rememberedRegion(stateDirectory))];
}

/** What each source says about this instance's id, one line each. */
export async function instanceFindings(
  server: Pick<Server, 'instanceId'> = thisServer(),
): Promise<readonly string[]> {
  return (await server.instanceId()).map((one) => `instance id by ${wordsOf(one)}`);
}
