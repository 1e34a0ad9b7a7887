import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { errnoOf, reasonOf } from '../base/error.ts';
import type { Credentials } from './credentials.ts';
import type { TokenCache } from './login.ts';
import type { Proof } from './proof.ts';
import type { Secret } from './secret.ts';

const schema = 'rc-wait/token/v1';

/** A token that runs out sooner is not worth a try. */
const leastLifeMs = 5 * 60_000;

/**
 * A token in a file, for those who ask for it: whoever can read it can do all
 * that the account may. Mode 0600 from its first byte on; a file that others
 * can read, or that somebody else owns, is not believed.
 * @param onNotice hears why the file is not used
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
      if (kept.expires_ms < Date.now() + leastLifeMs) return undefined;
      const { subject_token: subjectToken } = kept;
      return {
        answer: kept.answer,
        subjectToken: typeof subjectToken === 'string' ? subjectToken : undefined,
      };
    },
    write(answer, subjectToken, expiresMs) {
      const temporary = `${path}.${process.pid}`;
      const document = { schema, owner, expires_ms: expiresMs, subject_token: subjectToken, answer };
      try {
        rmSync(temporary, { force: true });
        writeFileSync(temporary, JSON.stringify(document), { mode: 0o600, flag: 'wx' });
        // The umask may have taken more away, never given more; 0600 exactly, so that it can be read again.
        chmodSync(temporary, 0o600);
        renameSync(temporary, path);
      } catch (error) {
        discard(temporary);
        onNotice(`cannot keep the token in ${path}: ${reasonOf(error)}`);
      }
    },
  };
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // There is no such folder, or no right to it: then there is no file either.
  }
}

/** Whose token it is: one for another account, or for another user of the same name, must not be used. */
function ownerOf({ authUrl, proof, scope }: Credentials): string {
  return JSON.stringify([authUrl.url, identityOf(proof), scope ?? null]);
}

/** Everything of a proof but its secret. A bare token by its hash: a new one is given because the old one is over. */
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
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') onNotice(`cannot use the token in ${path}: ${reasonOf(error)}`);
    return undefined;
  }
  try {
    const { mode, uid } = fstatSync(file);
    if ((mode & 0o077) !== 0 || uid !== process.geteuid?.()) {
      onNotice(
        `cannot use the token in ${path}: others may read it, or own it; it must be yours, with mode 0600`,
      );
      return undefined;
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    onNotice(`cannot use the token in ${path}: ${reasonOf(error)}`);
    return undefined;
  } finally {
    closeSync(file);
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
