import { closestMatch } from 'leven';

/**
 * The word that a mistyped one stands for. One wrong character in three, and at most three, is a typing mistake.
 * @returns undefined if no candidate is near enough
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  return closestMatch(word, candidates, {
    maxDistance: Math.min(3, Math.max(1, Math.floor(word.length / 3))),
  });
}

/** `did you mean plan? `, to begin a hint with; empty if no candidate is near enough. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : `did you mean ${meant}? `;
}
