import type { Region } from '../base/region.ts';
import { believed, type Finding, finding, wordsOf } from './finding.ts';
import { rememberedRegion } from './remembered-region.ts';
import { type Server, thisServer } from './server.ts';

/** What was found out of this server where flags did not say it. */
export interface Identity {
  readonly region?: Region;
  /** who said the region, and where */
  readonly regionBy?: string;
  /** the ServiceNet interface */
  readonly serviceNet?: string;
  /** who said what, one line each, in the order of trust */
  readonly said: readonly string[];
}

/** What is wanted, and where an earlier search for the region was written down. */
interface Wanted {
  readonly region: boolean;
  readonly serviceNet: boolean;
  readonly stateDirectory: string;
}

/**
 * Region and ServiceNet interface of this server by its own sources: those
 * that are wanted, because each source costs a look.
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

/** The region by this server's own sources as they are now, and who said it; undefined while none does. */
export async function regionSaid(
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

/** Who says what of this instance's id, one line each. */
export async function instanceSaid(
  server: Pick<Server, 'instanceId'> = thisServer(),
): Promise<readonly string[]> {
  return (await server.instanceId()).map((one) => `instance id by ${wordsOf(one)}`);
}
