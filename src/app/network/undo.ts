import { changeOptions, recoveredWords } from './change-options.ts';

interface Context {
  readonly say: (notice: string) => void;
  readonly signal: AbortSignal;
}

/** Undoes the last change. @throws RcWaitError as `undoLast` does */
export async function rollBack(root: string, force: boolean, { say, signal }: Context) {
  const { undoLast } = await import('../../network/change/rollback.ts');
  return undoLast({ ...changeOptions(root, say), force, signal });
}

/** Restores what an unfinished change left behind; returns a message, or undefined if there was nothing to do. */
export async function putBackUnfinished(
  root: string,
  patienceMs: number,
  { say, signal }: Context,
): Promise<string | undefined> {
  const { recover } = await import('../../network/change/recover.ts');
  return recoveredWords(await recover({ ...changeOptions(root, say), patienceMs, signal }));
}
