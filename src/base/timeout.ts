/**
 * What `work` comes to, or `late` when it takes longer than `limitMs`. A read
 * that the kernel does not answer cannot be taken back: it is left behind, and
 * must not hold up a boot.
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
