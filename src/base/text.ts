/**
 * Text without any of one character at its end. Not by a pattern such as `/\/+$/`, which begins anew at each
 * of them, and takes the square of their number where something else follows: 13 s for 100,000 slashes.
 */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === character) end -= 1;
  return text.slice(0, end);
}
