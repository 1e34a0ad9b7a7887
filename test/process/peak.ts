// Loaded by `node --import` before rc-wait: writes down the largest resident set of the process, in kB. Not that of
// getrusage(2): it keeps what the process was before execve(2), for some ways to start one all of its parent's.
import { readFileSync, writeFileSync } from 'node:fs';

const path = process.env.RC_WAIT_TEST_PEAK;
// rc-wait warns of variables that it does not know.
delete process.env.RC_WAIT_TEST_PEAK;

process.on('exit', () => {
  if (path === undefined) return;
  // proc_pid_status(5): the largest so far, of this program alone.
  const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  writeFileSync(path, peakKb ?? 'unknown');
});
