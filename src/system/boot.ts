import { readFileSync } from 'node:fs';

/** The identity of this boot: the monotonic clock starts anew with each, random(4). */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
