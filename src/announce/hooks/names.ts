/** The names that a hook may have: those of run-parts(8), and dots, since hooks tend to be called `10-notify.sh`. */
const letters = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

/**
 * Endings of what package managers, editors and administrators leave beside a
 * file: dpkg(1), ucf(1), rpm(8), patch(1), vim. What was put away must not run.
 */
const putAway =
  /\.(bak|backup|old|orig|rej|save|saved|swp|swo|tmp|disabled|example|sample|dpkg-[a-z]+|ucf-[a-z]+|rpm(new|save|orig))$/;

/** The names in a folder that are names of hooks, in the order in which they run: that of the C locale, as in run-parts(8). */
export function hookNames(names: readonly string[]): readonly string[] {
  // All of them are ASCII, so that the order of UTF-16 is that of bytes.
  return names.filter((name) => letters.test(name) && !putAway.test(name)).sort();
}
