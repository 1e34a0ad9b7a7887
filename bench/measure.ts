import { spawn } from 'node:child_process';

/** One run of a program: how long it took, and its largest resident set. */
export interface Run {
  readonly wallMs: number;
  /** user and system time of all its processes */
  readonly cpuMs: number;
  readonly peakKb: number;
}

/** Runs a program under GNU time(1) (Debian: package time), which alone tells the peak memory of a child. */
export async function timed(argv: readonly string[]): Promise<Run> {
  const startedMs = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%U %S %M', ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (data) => {
    err += data;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const wallMs = performance.now() - startedMs;
  const [user, system, peakKb] = (err.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (code !== 0 || user === undefined || system === undefined || peakKb === undefined) {
    throw new Error(`${argv.join(' ')} ended with status ${code}: ${err}`);
  }
  return { wallMs, cpuMs: (user + system) * 1_000, peakKb };
}

/** The middle of some numbers: what one slow run among them cannot move. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** A table for a terminal: columns as wide as they need to be. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
