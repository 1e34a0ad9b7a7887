import { existsSync } from 'node:fs';
import { failure } from './app/failure.ts';
import type { Io } from './app/io.ts';
import { interruptsOf } from './app/signals.ts';
import { errnoOf, reasonOf } from './base/error.ts';
import { isWait, run } from './cli/run.ts';
import { titleOf } from './cli/title.ts';
import { exitOfCode } from './report/exit.ts';
import { escapeControls } from './report/words.ts';
import { boundLookups } from './system/name-lookups.ts';

let isOutputLost = false;
process.stdout.on('error', (error) => {
  // `rc-wait status | head -1` closes the pipe: nothing is left to print, and nothing has gone wrong.
  if (errnoOf(error) === 'EPIPE') return;
  if (!isOutputLost) say(`rc-wait: cannot write to standard output: ${reasonOf(error)}\n`);
  isOutputLost = true;
});

// Node's own listener prints warnings: the YAML library quotes the text that it warns of, which may be a
// password. rc-wait itself reports what a person should know.
process.removeAllListeners('warning');

boundLookups(process.env);

/** As the packages install it. Debian's small images leave it out. */
const troublesPage = '/usr/share/doc/rc-wait/troubleshooting.md';

/** Serial consoles and terminals of containers often report a width of 0 columns. */
const defaultColumns = 80;

/** Opens stderr on first use: touching process.stderr costs a quarter of a bare start. */
function say(text: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  process.stderr.write(text);
}

const interrupts = interruptsOf(process.env);

/** A pipe holds 64 kB: a slower reader would get a truncated document of ten thousand servers. */
function flushed(): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.writableLength > 0) process.stdout.write('', () => resolve());
    else resolve();
  });
}

const io: Io = {
  // The text contains API answers, server names and file contents. JSON.stringify does not escape C1 controls.
  out: (text) => process.stdout.write(escapeControls(text)),
  err: say,
  get columns() {
    const isTerminal = process.stderr.isTTY && process.env.TERM !== 'dumb';
    return isTerminal ? process.stderr.columns || defaultColumns : undefined;
  },
  get rows() {
    return (process.stderr.isTTY && process.stderr.rows) || undefined;
  },
  env: process.env,
  // As in systemd/rc-wait.service.
  serviceFile: '/etc/default/rc-wait',
  get troublesPage() {
    return existsSync(troublesPage) ? troublesPage : undefined;
  },
  signal: interrupts.signal,
  handover: { ...interrupts, flushed },
};

/**
 * The exit status, also where the answer could not be written. Any other than 0 says more, and the status of a
 * wait is its verdict, which needs no standard output: units and scripts use it.
 */
function endOf(exit: number): number {
  return isOutputLost && exit === 0 && !isWait(process.argv.slice(2)) ? exitOfCode('OUTPUT') : exit;
}

// Otherwise ps(1) and systemctl(1) show the process as MainThread.
process.title = titleOf(process.argv.slice(2));

// Otherwise Node prints its own text and exits with 1, which means FAILED here. Unhandled rejections end here, too.
process.on('uncaughtException', (error) => {
  void failure(error, io).then((exit) => process.exit(exit));
});

void run(process.argv.slice(2), io).then((exit) => {
  // Not exitCode: whatever a library still holds open must not keep a finished process alive.
  // And only in the next turn, because a failed write reports its error no earlier.
  void flushed().then(() => setImmediate(() => process.exit(endOf(exit))));
});
