import { parsed } from '../base/reading.ts';
import { managedFile } from '../host/managed-file.ts';
import { metadataOfXenstore } from '../host/parse/xenstore.ts';
import { type ReadXenstore, readXenstore } from '../host/xenstore.ts';
import type { LocalSource } from '../wait/local-source.ts';
import { judgeManaged, judgeMetadata, type Managed } from '../wait/local-verdicts.ts';
import type { Deployment } from '../wait/verdict.ts';

/** The folder in xenstore that holds the server's metadata of the Cloud Servers API. */
export const metadataFolder = 'vm-data/user-metadata';

/** What rc-wait reads in it. */
export const metadataKeys = [
  'rackconnect_automation_status',
  'rackconnect_unprocessable_reason',
  'rax_service_level_automation',
] as const;

/** Why RackConnect will not automate this server, if xenstore says so. */
export async function unprocessableReason(
  signal: AbortSignal,
  xenstore: ReadXenstore = readXenstore,
): Promise<string | undefined> {
  const reading = await xenstore(`${metadataFolder}/rackconnect_unprocessable_reason`, signal);
  const reason = parsed(reading, metadataOfXenstore);
  return reason.kind === 'known' ? reason.value : undefined;
}

/** Reads the automation status from this server's own xenstore, which costs no quota. */
export function statusMetadata(xenstore: ReadXenstore = readXenstore): LocalSource<Deployment> {
  const read = async (key: string, signal: AbortSignal) =>
    parsed(await xenstore(`${metadataFolder}/${key}`, signal), metadataOfXenstore);
  return {
    async read(signal) {
      const status = await read('rackconnect_automation_status', signal);
      const unprocessable = status.kind === 'known' && /^unprocessable$/i.test(status.value);
      const reason = unprocessable ? await read('rackconnect_unprocessable_reason', signal) : undefined;
      const lasting = status.kind === 'unknown' && status.lasting === true;
      return { verdict: judgeMetadata(status, reason), lasting };
    },
  };
}

/** Reads the progress of the second automation from its key in xenstore and from the file that it leaves behind. */
export function managedAutomation(
  xenstore: ReadXenstore = readXenstore,
  file: typeof managedFile = managedFile,
): LocalSource<Managed> {
  return {
    async read(signal) {
      const [key, left] = await Promise.all([
        xenstore(`${metadataFolder}/rax_service_level_automation`, signal),
        file(),
      ]);
      return { verdict: judgeManaged(parsed(key, metadataOfXenstore), left) };
    },
  };
}

/** The current status in xenstore, or why there is none. */
export async function statusHere(
  signal: AbortSignal,
): Promise<{ readonly status: string | undefined; readonly why: string }> {
  const { verdict } = await statusMetadata().read(signal);
  if (verdict.kind === 'done') return { status: verdict.value.status, why: '' };
  return { status: verdict.kind === 'not-yet' ? verdict.seen?.status : undefined, why: verdict.why };
}
