import { reasonOf } from '../base/error.ts';
import type { SideFolder } from '../system/side-write.ts';
import type { RecordBuilder, RecordChange } from './builder.ts';
import { addRecord, type OpenRecord, type RecordPlace, sideOf } from './store.ts';

/** When a change is written, in ms. `soonMs` after it: DEPLOYED and the end are one write. `laterMs` after the last write. */
const soonMs = 1_000;
const laterMs = 20_000;
/** … and a sign of life where nothing changes. */
const aliveMs = 60_000;

/** How many changes are written soon; an API whose status flips with each answer does not get more. */
const mostSoon = 12;

/** The next write waits this many times as long as the last one took, but no longer than `longestMs`. */
const restFactor = 20_000;
const longestMs = 300_000;

/** Keeps the record of a wait on the disk. A failure is reported once and never thrown: it decides nothing. */
export class Recorder {
  readonly #place: RecordPlace;
  readonly #side: SideFolder;
  readonly #builder: RecordBuilder;
  readonly #nowMs: () => number;
  readonly #onFailure: (reason: string) => void;
  #open: OpenRecord | undefined;
  #wroteMs = 0;
  /** of the pending change */
  #sinceMs = 0;
  #tookMs = 0;
  #pending: RecordChange = 'nothing';
  #soonLeft = mostSoon;
  #hasFailed = false;

  /**
   * @param nowMs since the start of the wait
   * @param onFailure receives once why the record cannot be kept
   */
  constructor(
    place: RecordPlace,
    builder: RecordBuilder,
    nowMs: () => number,
    onFailure: (reason: string) => void,
  ) {
    this.#place = place;
    this.#side = sideOf(place);
    this.#builder = builder;
    this.#nowMs = nowMs;
    this.#onFailure = onFailure;
  }

  /** Adds the record. */
  async begin(): Promise<void> {
    this.#wroteMs = this.#nowMs();
    await this.#guarded(() => this.#add());
  }

  async #add(): Promise<void> {
    this.#open = await addRecord(this.#place, (number) => this.#text(number), this.#side);
  }

  /** Writes what has changed, where it is time to. */
  note(change: RecordChange): void {
    if (this.#open === undefined) return;
    const nowMs = this.#nowMs();
    if (ranks[change] > ranks[this.#pending]) {
      this.#pending = change;
      this.#sinceMs = nowMs;
    }
    if (nowMs < this.#dueMs()) return;
    if (this.#pending === 'much') this.#soonLeft -= 1;
    this.#pending = 'nothing';
    this.#wroteMs = nowMs;
    const { replace, number } = this.#open;
    void this.#guarded(() => replace(this.#text(number)));
    this.#tookMs = this.#nowMs() - nowMs;
  }

  #dueMs(): number {
    if (this.#pending === 'now') return this.#sinceMs;
    if (this.#pending === 'much' && this.#soonLeft > 0) return this.#sinceMs + soonMs;
    const restMs = this.#pending === 'nothing' ? aliveMs : laterMs;
    return this.#wroteMs + Math.min(longestMs, Math.max(restMs, this.#tookMs * restFactor));
  }

  /** Writes the record with its end. One that could not be added before is added now. */
  async finish(): Promise<void> {
    await this.#guarded(async () => {
      if (this.#open === undefined) await this.#side.run(() => undefined).then(() => this.#add());
      await this.#open?.replace(this.#text(this.#open.number));
    });
  }

  #text(number: number): string {
    return `${JSON.stringify(this.#builder.record(number, this.#nowMs()))}\n`;
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFailure(reasonOf(error));
  }
}

const ranks: Readonly<Record<RecordChange, number>> = { nothing: 0, little: 1, much: 2, now: 3 };
