/**
 * The result of `work`, or of `late` if it takes longer than `limitMs`. A read that the kernel does not answer
 * cannot be cancelled: it is abandoned, and must not delay a boot.
 */
export async function within<T>(work: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late()), limitMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
