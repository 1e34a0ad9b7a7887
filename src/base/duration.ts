const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Reads `90s`, `15m`, `1h30m`, `500ms`, `infinity` and the output of `formatDuration` (`1 min 12 s`) as
 * milliseconds; undefined for anything else. A bare number is refused: cloud tools differ on whether it means
 * seconds or minutes.
 */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim().toLowerCase();
  if (compact === 'infinity' || compact === 'infinite') return Number.POSITIVE_INFINITY;
  if (!/^(\d+(\.\d+)?\s*(ms|min|[smhd])\s*)+$/.test(compact)) return undefined;
  let sumMs = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|[smhd])\s*/gy)) {
    sumMs += Number(amount) * (unitsMs[unit ?? ''] ?? Number.NaN);
  }
  return Number.isFinite(sumMs) ? sumMs : undefined;
}

/** A duration for people: `850 ms`, `14 s`, `1 min 12 s`, `2 h 5 min`; seconds are rounded up. */
export function formatDuration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'for ever';
  // The difference of two readings of a clock has a rounding error: 1000.0000002 ms are 1 s, not 2 s.
  const wholeMs = Math.ceil(ms - 0.001);
  if (wholeMs > 0 && wholeMs < 1_000) return `${wholeMs} ms`;
  const seconds = Math.ceil(wholeMs / 1_000);
  const parts: readonly (readonly [number, string])[] =
    seconds < 3_600
      ? [
          [Math.floor(seconds / 60), 'min'],
          [seconds % 60, 's'],
        ]
      : [
          [Math.floor(seconds / 3_600), 'h'],
          [Math.floor((seconds % 3_600) / 60), 'min'],
        ];
  const words = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return words.length === 0 ? '0 s' : words.join(' ');
}
