/** How something ended, as docs/troubleshooting.md explains it. */
interface Explained {
  readonly exit: number;
  /** of the error or the verdict; undefined: the exit status says all */
  readonly code?: string | undefined;
}

/** A signal has ended it, which needs no explanation. */
const firstSignalExit = 128;

/**
 * `see PAGE#SECTION`, for a person; undefined: no page is installed, or the end explains itself, as a misspelt flag does.
 * @param page the installed docs/troubleshooting.md
 */
export function seeSection(page: string | undefined, { exit, code }: Explained): string | undefined {
  if (page === undefined || exit === 0 || exit > firstSignalExit || code === 'USAGE') return undefined;
  return `see ${page}#${code === undefined ? `exit-status-${exit}` : code.toLowerCase()}`;
}
