import type { Owner } from '../system/process-identity.ts';

export const schemaVersion = 1;

export const schema = `
CREATE TABLE slots (id INTEGER PRIMARY KEY, key TEXT NOT NULL, taken_ms REAL NOT NULL,
  counts_until_ms REAL NOT NULL, open_until_ms REAL, pid INTEGER NOT NULL, started TEXT NOT NULL) STRICT;
CREATE TABLE answers (key TEXT PRIMARY KEY, asked_ms REAL NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE backoff (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL, refusals INTEGER NOT NULL,
  refusal_level REAL NOT NULL, failures INTEGER NOT NULL, not_before_ms REAL NOT NULL, pace_ms REAL NOT NULL) STRICT;
PRAGMA user_version = ${schemaVersion};
`;

export interface SlotRow extends Owner {
  readonly id: number;
  readonly key: string;
  readonly taken_ms: number;
  readonly counts_until_ms: number;
  readonly open_until_ms: number | null;
}

export interface AnswerRow {
  readonly key: string;
  readonly asked_ms: number;
  readonly record: string;
}

export interface BackoffRow {
  readonly boot: string;
  readonly refusals: number;
  readonly refusal_level: number;
  readonly failures: number;
  readonly not_before_ms: number;
  readonly pace_ms: number;
}
