import { join } from 'node:path';
import { readRegular, replaceFile } from '../base/files.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { bootId } from '../system/boot.ts';
import type { StoredAnswer } from './account.ts';

/** The last answers, readable by everyone, beside the ledger. */
export const publishedName = 'last.json';

const schema = 'rc-wait/last/v1';

/** No answer is larger than 1 MiB, and there are four questions in at most three formats. */
const largestBytes = 16 * 2 ** 20;

/**
 * Publishes what the API last said, for every user of the server to read, in the
 * folder of a ledger that was opened. A failure is not reported: those who wait
 * look into the ledger anyway, and a full disk shows itself there.
 */
export function publish(directory: string, answers: ReadonlyMap<string, StoredAnswer>): void {
  try {
    const text = JSON.stringify({ schema, boot: bootId(), answers: Object.fromEntries(answers) });
    // Whatever the umask: a unit that sets UMask=0077 would hide it from those it is for.
    replaceFile(join(directory, publishedName), text, 0o644);
  } catch {
    // see above
  }
}

/**
 * The answers published in `directory` since this boot; none when there are none, they cannot be read, or
 * somebody else than root and this user could have written them: whoever waits would believe him.
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
