/** Valid names of hooks: those of run-parts(8), and dots, because hooks are often called `10-notify.sh`. */
const letters = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

/**
 * Suffixes that package managers, editors and administrators leave beside a file: dpkg(1), ucf(1), rpm(8),
 * patch(1), vim. Files put away must not run.
 */
const putAway =
  /\.(bak|backup|old|orig|rej|save|saved|swp|swo|tmp|disabled|example|sample|dpkg-[a-z]+|ucf-[a-z]+|rpm(new|save|orig))$/;

/** The names of hooks in a folder, in the order in which they run: sorted as in the C locale, as by run-parts(8). */
export function hookNames(names: readonly string[]): readonly string[] {
  // All names are ASCII, so UTF-16 order is byte order.
  return names.filter((name) => letters.test(name) && !putAway.test(name)).sort();
}
