import { existsSync } from 'node:fs';
import { benchDetection } from './detection.ts';
import { benchHistory } from './history.ts';
import { benchLedger } from './ledger.ts';
import { benchPackage } from './package.ts';
import { benchRemote } from './remote.ts';
import { benchStart } from './start.ts';
import { benchWait } from './wait.ts';
import { benchXenstore } from './xenstore.ts';

// npm run bench [start] [ledger] [detection] [wait] [history] [package] [remote] [xenstore]; all of them without a name. Prints figures, judges nothing.

const benches: Readonly<Record<string, () => Promise<void> | void>> = {
  start: benchStart,
  ledger: benchLedger,
  detection: benchDetection,
  wait: benchWait,
  history: benchHistory,
  package: benchPackage,
  remote: benchRemote,
  xenstore: benchXenstore,
};

for (const [path, remedy] of [
  ['dist/rc-wait', 'run ./scripts/build first'],
  ['/usr/bin/time', 'install the package "time"'],
] as const) {
  if (existsSync(path)) continue;
  console.error(`bench: cannot find ${path}: ${remedy}`);
  process.exit(69);
}
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const bench = benches[name];
  if (bench === undefined) {
    console.error(`bench: there is no ${name}; there are ${Object.keys(benches).join(', ')}`);
    process.exit(64);
  }
  await bench();
}
