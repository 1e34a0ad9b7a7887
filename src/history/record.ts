import type { Tally } from '../pace/types.ts';

/**
 * The record of one wait, `docs/schema/wait-record-v1.json`. Members are only ever added. Times that end in `_ms` count from the
 * start of the wait, on the monotonic clock; the wall clock may have been set meanwhile, and its times are for people.
 */
export interface WaitRecord {
  readonly schema: 'rc-wait/wait-record/v1';
  /** records are in the order of their numbers, whatever the wall clock said */
  readonly number: number;
  /** the boot and the process: without an end they tell a wait that goes on from one that was killed */
  readonly boot_id: string;
  readonly process: { readonly pid: number; readonly started: string };
  /** RFC 3339, UTC */
  readonly started_at: string;
  /** the start on CLOCK_MONOTONIC, which all waits of a boot share */
  readonly started_boot_ms: number;
  /** null: no deadline */
  readonly timeout_ms: number | null;
  /** the last sign of life that was written down */
  readonly last_ms: number;
  readonly phases: readonly { readonly phase: string; readonly at_ms: number }[];
  readonly statuses: readonly { readonly status: string; readonly at_ms: number }[];
  readonly tasks: readonly TaskRecord[];
  /** tasks beyond the first ones that are kept */
  readonly tasks_left_out: number;
  readonly answers: readonly AnswerRun[];
  readonly requests: Readonly<Tally>;
  /** the parts of the network step */
  readonly network: readonly NetworkPart[];
  /** null: the wait goes on, or was killed */
  readonly end: RecordEnd | null;
}

/** A task of the automation. */
export interface TaskRecord {
  readonly name: string;
  readonly first_seen_ms: number;
  /** of the last answer that listed it */
  readonly last_seen_ms: number;
  /** when it was first seen with a status of an ended task; null: it was not */
  readonly ended_ms: number | null;
  readonly changes: readonly { readonly status: string; readonly at_ms: number }[];
  /** the changes between the first and the second of `changes` that were not kept */
  readonly changes_left_out: number;
}

/** Answers in a row that are alike; where very many were folded, neighbours that are not. */
export interface AnswerRun {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly usable: number;
  /** answered with 403 */
  readonly refused: number;
  /** no usable answer for another reason */
  readonly failed: number;
  /** of the last one without a usable answer, for a person; null: all were usable */
  readonly why: string | null;
}

/** A part of the network step. */
export interface NetworkPart {
  readonly part: string;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** How a wait ended. */
export interface RecordEnd {
  readonly at_ms: number;
  /** RFC 3339, UTC */
  readonly ended_at: string;
  /** of the result document; null: an error ended the wait without one */
  readonly outcome: string | null;
  readonly exit: number;
  /** for a person */
  readonly message: string;
  /** a stable code; null: none */
  readonly error: string | null;
}

/** How much of a record is kept, so that it stays below 1 MiB whatever the API says: see `test/history/builder.test.ts`. */
export const bounds = {
  tasks: 400,
  /** of all tasks together */
  taskChanges: 2_000,
  /** of one task */
  changesOfTask: 64,
  statuses: 64,
  phases: 64,
  answers: 200,
  parts: 64,
  /** in UTF-16 units */
  name: 120,
  status: 48,
  why: 160,
  message: 2_000,
} as const;

/** Text from outside as a record keeps it. */
export function bounded(text: string, longest: number): string {
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed();
}

/** The wall clock's time for people: RFC 3339, UTC, in whole seconds. */
export function momentOf(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
}
