/**
 * The region of the Rackspace server on which this runs, upper case; undefined:
 * it is none, as far as can be told. Its name servers are not believed here: an
 * owner may have put any there, and a ServiceNet endpoint that was chosen by
 * mistake cannot be reached.
 */
export async function placeOfThis(): Promise<string | undefined> {
  const [{ believed }, { thisServer }] = await Promise.all([import('./finding.ts'), import('./server.ts')]);
  const findings = await thisServer().region();
  return believed(findings.filter(({ source }) => source !== 'dns'))?.value.toUpperCase();
}
