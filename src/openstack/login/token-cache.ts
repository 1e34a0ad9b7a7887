import { createHash } from 'node:crypto';
import { errnoOf, reasonOf } from '../../base/error.ts';
import { readRegular, replaceFile } from '../../base/files.ts';
import { parseOutsideJson } from '../../base/json/bounds.ts';
import { distrustNearest, rootOrThisUser } from '../../base/trust.ts';
import type { Credentials } from './credentials.ts';
import type { TokenCache } from './login.ts';
import type { Proof } from './proof.ts';
import type { Secret } from './secret.ts';

const schema = 'rc-wait/token/v1';

/** A token that expires sooner is not used. */
const leastLifeMs = 5 * 60_000;

/**
 * Ten years: no token lives longer. A longer life means that the file is damaged, or that somebody wants it
 * believed for ever.
 */
const longestLifeMs = 10 * 366 * 24 * 3_600_000;

/** More than a token with a large catalog needs. */
const largestBytes = 16 * 2 ** 20;

/**
 * Keeps a token in a file, for owners who ask for it. Whoever can read the file can do everything that the
 * account may, so it is created with mode 0600. A file that others can read, that another user owns, or whose
 * folder lets others replace it is not used.
 * @param onNotice receives the reason why the file is not used
 */
export function fileCache(path: string, of: Credentials, onNotice: (notice: string) => void): TokenCache {
  const owner = ownerOf(of);
  return {
    read() {
      const text = readPrivate(path, onNotice);
      if (text === undefined) return undefined;
      const kept = parse(text);
      if (kept?.schema !== schema || kept.owner !== owner || typeof kept.expires_ms !== 'number')
        return undefined;
      const lifeMs = kept.expires_ms - Date.now();
      if (!(lifeMs >= leastLifeMs && lifeMs <= longestLifeMs)) return undefined;
      const { subject_token: subjectToken } = kept;
      return {
        answer: kept.answer,
        subjectToken: typeof subjectToken === 'string' ? subjectToken : undefined,
      };
    },
    write(answer, subjectToken, expiresMs) {
      const document = { schema, owner, expires_ms: expiresMs, subject_token: subjectToken, answer };
      try {
        const doubt = distrustNearest(path, rootOrThisUser(), true);
        if (doubt !== undefined) throw new Error(doubt);
        replaceFile(path, JSON.stringify(document), 0o600);
      } catch (error) {
        onNotice(`cannot keep the token in ${path}: ${reasonOf(error)}`);
      }
    },
  };
}

/** Whose token it is: a token of another account, or of another user with the same name, must not be used. */
function ownerOf({ authUrl, proof, scope }: Credentials): string {
  return JSON.stringify([authUrl.url, identityOf(proof), scope ?? null]);
}

/**
 * A proof without its secret. A bare token is identified by its hash: a new one is given when the old one has expired.
 */
function identityOf(proof: Proof): unknown {
  switch (proof.kind) {
    case 'api-key':
      return { name: proof.username, domain: proof.domain };
    case 'password':
      return proof.user;
    case 'token':
      return { token: hashOf(proof.token) };
    case 'application-credential':
      return { credential: proof.credential };
  }
}

const hashOf = (secret: Secret): string => createHash('sha256').update(secret.reveal()).digest('hex');

function readPrivate(path: string, onNotice: (notice: string) => void): string | undefined {
  try {
    const doubt = distrustNearest(path, rootOrThisUser(), true);
    if (doubt !== undefined) throw new Error(doubt);
    const { bytes, stats } = readRegular(path, largestBytes, { noFollow: true });
    if ((stats.mode & 0o077) === 0 && stats.uid === process.geteuid?.()) return bytes.toString('utf8');
    throw new Error('others may read it, or own it; it must be yours, with mode 0600');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') onNotice(`cannot use the token in ${path}: ${reasonOf(error)}`);
    return undefined;
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseOutsideJson(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
