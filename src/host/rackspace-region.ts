import { believed } from './finding.ts';
import { thisServer } from './server.ts';

/**
 * The region of the Rackspace server that this runs on, upper case; undefined if it is no such server or the
 * region is unknown. Name servers do not count here: an owner may configure any, and a ServiceNet endpoint
 * chosen by mistake cannot be reached.
 */
export async function rackspaceRegion(): Promise<string | undefined> {
  const findings = await thisServer().region();
  return believed(findings.filter(({ source }) => source !== 'dns'))?.value.toUpperCase();
}
