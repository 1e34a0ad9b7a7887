/**
 * How much longer than written here each test may take, by RCWAIT_PATIENCE: `RCWAIT_PATIENCE=4 npm test` on a very slow
 * machine. 1 unless given.
 */
function patience(): number {
  const given = process.env.RCWAIT_PATIENCE;
  if (given === undefined) return 1;
  const factor = Number(given);
  if (!(factor >= 1 && factor <= 100)) {
    throw new Error(`cannot use RCWAIT_PATIENCE=${given}: a number from 1 to 100 is expected`);
  }
  return factor;
}

const factor = patience();

/**
 * How long a test waits, in ms: the one place for it. A limit finds what hangs, never what is slow: each is at least
 * twenty times of what it takes on two idle cores. A test must not expect less time than these; what has to be
 * quick is measured by `npm run bench`.
 */
export const limitsMs = {
  /** one test of the project `unit` */
  unit: 120_000 * factor,
  /** one test of `process`: whole programs, some of which work for more than a minute */
  process: 600_000 * factor,
  /** one test of `simulation`: 10,000 cases, or hours of virtual time; in scripts/test only with what other tests leave */
  simulation: 4_500_000 * factor,
  /** one test of `system`, and what comes before and after it: several boots */
  system: 1_200_000 * factor,
  /** what a test looks for until it is there */
  sign: 60_000 * factor,
  /** what must come on a real server, such as the end of a boot */
  server: 300_000 * factor,
  /** the first image of a release, its base included */
  image: 1_800_000 * factor,
} as const;
