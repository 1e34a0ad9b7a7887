/** Text without the slashes at its end. Not by `/\/+$/`, which takes the square of their number where something follows them. */
export function withoutSlashes(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === '/') end -= 1;
  return text.slice(0, end);
}
