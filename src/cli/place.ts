/** The region of the Rackspace server on which this runs, upper case; undefined: it is none, as far as can be told. */
export async function placeOfThis(): Promise<string | undefined> {
  const { regionFromXenstore } = await import('../host/xenstore.ts');
  // Bare on some servers, a JSON string on others.
  const told = (await regionFromXenstore())?.replace(/^"(.*)"$/, '$1').trim();
  return told !== undefined && /^[a-z]{3}$/i.test(told) ? told.toUpperCase() : undefined;
}
