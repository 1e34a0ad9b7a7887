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

/** Puts back what a change that did not end has left; in words, or undefined where there is none. */
export async function putBackUnfinished(
  root: string,
  patienceMs: number,
  { say, signal }: Context,
): Promise<string | undefined> {
  const { recover } = await import('../../network/change/recover.ts');
  return recoveredWords(await recover({ ...changeOptions(root, say), patienceMs, signal }));
}
