// Loaded by `node --import` before rc-wait: writes down the largest resident set of the process, in kB.
import { writeFileSync } from 'node:fs';

const path = process.env.RC_WAIT_TEST_PEAK;
// rc-wait warns of variables that it does not know.
delete process.env.RC_WAIT_TEST_PEAK;

process.on('exit', () => {
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS));
});
