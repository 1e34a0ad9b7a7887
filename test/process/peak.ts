// Loaded by `node --import` before rc-wait: writes down the largest resident set of the process, in kB.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const path = process.env.RC_WAIT_TEST_PEAK;
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS));
});
