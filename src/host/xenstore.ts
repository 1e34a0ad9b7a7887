import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A read from xenstore is a matter of milliseconds; a hypervisor that does not answer must not hold up a boot. */
const timeoutMs = 3_000;

/**
 * The region as the hypervisor tells it (`ord`, sometimes in quotes), or
 * undefined where there is no xenstore, no right to read it, or no such key.
 */
export async function regionFromXenstore(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('xenstore-read', ['vm-data/provider_data/region'], {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
