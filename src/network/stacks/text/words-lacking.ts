/**
 * The words of a list that another one lacks, each once: resolvers and search
 * domains go to the gateway's interface without doubles. Names of domains and
 * digits of IPv6 addresses are the same in either case.
 */
export function lacking(known: readonly string[], words: readonly string[]): string[] {
  const seen = new Set(known.map((word) => word.toLowerCase()));
  return words.filter((word) => {
    const isNew = !seen.has(word.toLowerCase());
    seen.add(word.toLowerCase());
    return isNew;
  });
}
