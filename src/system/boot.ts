import { readFileSync } from 'node:fs';

/** The id of this boot, random(4); the monotonic clock restarts with each boot. `unknown` if it cannot be read. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/** The time since the boot, in ms, as /proc/uptime has it. @throws system errors */
export function uptimeMs(): number {
  return Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000;
}
