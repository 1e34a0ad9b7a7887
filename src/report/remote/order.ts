import type { Watched } from '../../remote/types.ts';

const collator = new Intl.Collator('en', { numeric: true });

/** Compares names as people do: `web-2` comes before `web-10`. Names that look equal have a fixed order, too. */
export function collate(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** How long a server has been deploying at `nowMs`, or took until its end. */
export function deployingMs({ sinceMs, endedMs }: Watched, nowMs: number): number {
  return Math.max(0, (endedMs ?? nowMs) - sinceMs);
}

/** Whether a server had ended before it was first looked at: nobody has seen when. */
export function wasOver({ foundMs, endedMs }: Watched): boolean {
  return endedMs === foundMs;
}
