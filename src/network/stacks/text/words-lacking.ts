/**
 * The words that a list lacks, each once, so that the gateway's interface gets no resolver or search domain
 * twice. Case is ignored, as in domain names and in the digits of IPv6 addresses.
 */
export function lacking(known: readonly string[], words: readonly string[]): string[] {
  const seen = new Set(known.map((word) => word.toLowerCase()));
  return words.filter((word) => {
    const isNew = !seen.has(word.toLowerCase());
    seen.add(word.toLowerCase());
    return isNew;
  });
}
