import type { Io } from './app/io.ts';
import { interruptSignal } from './app/signals.ts';
import { errnoOf, reasonOf } from './base/error.ts';
import { failure } from './cli/failure.ts';
import { run } from './cli/run.ts';
import { titleOf } from './cli/title.ts';
import { escapeControls } from './report/words.ts';
import { boundLookups } from './system/name-lookups.ts';

process.stdout.on('error', (error) => {
  // `rc-wait status | head -1` closes the pipe: nothing is left to be said, and nothing has gone wrong.
  if (errnoOf(error) !== 'EPIPE') say(`rc-wait: cannot write to standard output: ${reasonOf(error)}\n`);
});

// Node's own listener prints them: the YAML library quotes what it warns of, and that may be a password. What a
// person should know is said by rc-wait itself.
process.removeAllListeners('warning');

boundLookups(process.env);

/** Serial consoles and terminals of containers often say that they are 0 columns wide. */
const defaultColumns = 80;

/** Opened when something is to be said: to touch process.stderr costs a quarter of what a bare start does. */
function say(text: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  process.stderr.write(text);
}

const io: Io = {
  // Answers of APIs, names of servers and files are in it. JSON.stringify leaves C1 controls as they are.
  out: (text) => process.stdout.write(escapeControls(text)),
  err: say,
  get columns() {
    const isTerminal = process.stderr.isTTY && process.env.TERM !== 'dumb';
    return isTerminal ? process.stderr.columns || defaultColumns : undefined;
  },
  env: process.env,
  signal: interruptSignal(process.env),
};

// Else ps(1) and systemctl(1) call the process MainThread.
process.title = titleOf(process.argv.slice(2));

// Else Node prints what it likes, and ends with 1, which means FAILED here. A rejection that nobody awaits comes here, too.
process.on('uncaughtException', (error) => {
  void failure(error, io).then((exit) => process.exit(exit));
});

void run(process.argv.slice(2), io).then((exit) => {
  // Not exitCode: whatever a library still holds open must not keep a finished process alive.
  // And in the next turn: until then a failed write has not told its error.
  const leave = (): void => void setImmediate(() => process.exit(exit));
  // A pipe holds 64 kB: the document of ten thousand servers would be cut where its reader is slower.
  if (process.stdout.writableLength > 0) process.stdout.write('', leave);
  else leave();
});
