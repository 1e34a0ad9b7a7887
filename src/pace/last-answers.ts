import { join } from 'node:path';
import { readRegular, replaceFile } from '../base/files.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { bootId } from '../system/boot.ts';
import type { StoredAnswer } from './account.ts';

/** The file with the last answers, beside the ledger, readable by everyone. */
export const publishedName = 'last.json';

const schema = 'rc-wait/last/v1';

/** No answer is larger than 1 MiB, and there are four questions in at most three formats. */
const largestBytes = 16 * 2 ** 20;

/**
 * Publishes the API's last answers for all users of the server, in the folder of an open ledger. A failure is
 * not reported: waiting processes look into the ledger anyway, and a full disk shows up there.
 */
export function publish(directory: string, answers: ReadonlyMap<string, StoredAnswer>): void {
  try {
    const text = JSON.stringify({ schema, boot: bootId(), answers: Object.fromEntries(answers) });
    // Set the mode whatever the umask: a unit with UMask=0077 would hide the file from its readers.
    replaceFile(join(directory, publishedName), text, 0o644);
  } catch {
    // see above
  }
}

/**
 * The answers published in `directory` since this boot. Empty if there are none, they cannot be read, or anyone
 * but root and this user could have written them: a waiting process would believe them.
 */
export function readPublished(directory: string): ReadonlyMap<string, StoredAnswer> {
  const path = join(directory, publishedName);
  try {
    if (distrust(path, rootOrThisUser()) !== undefined) return new Map();
    const { bytes } = readRegular(path, largestBytes, { noFollow: true });
    const document = JSON.parse(bytes.toString('utf8')) as {
      schema?: unknown;
      boot?: unknown;
      answers?: unknown;
    };
    const { answers } = document;
    if (document.schema !== schema || document.boot !== bootId()) return new Map();
    if (typeof answers !== 'object' || answers === null) return new Map();
    return new Map(
      Object.entries(answers).filter((entry): entry is [string, StoredAnswer] => isAnswer(entry[1])),
    );
  } catch {
    return new Map();
  }
}

function isAnswer(value: unknown): value is StoredAnswer {
  const answer = value as Partial<StoredAnswer> | null;
  return typeof answer?.record === 'string' && Number.isFinite(answer.askedMs);
}
