import { systemClock } from '../../src/base/clock.ts';
import { ServerShare } from '../../src/pace/share.ts';

// A process with two connections to one file, one of which it closes and opens again and again.
const [, , directory = '', rounds = ''] = process.argv;
const { nowMs } = systemClock;
const open = (round: number): ServerShare =>
  new ServerShare({
    directory,
    source: () => `${process.pid}.${round}`,
    nowMs,
    requestTimeoutMs: 10_000,
    onNotice: (notice) => console.log(notice),
  });

let first = open(0);
for (let round = 1; round <= Number(rounds); round += 1) {
  const second = open(round);
  for (const share of [first, second]) {
    const { kind } = share.take({
      key: 'http://127.0.0.1|status',
      nowMs: nowMs(),
      newerThanMs: undefined,
      requestTimeoutMs: 10_000,
    });
    if (kind === 'full') console.log(`round ${round}: nothing is granted`);
  }
  if (round % 3 === 0) {
    first.close();
    first = second;
  } else second.close();
}
first.close();
