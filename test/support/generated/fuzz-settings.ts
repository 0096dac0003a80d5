const RUNS = 10_000;

/** Number and seed of the generated requests: the same seed gives the same requests. */
export class FuzzSettings {
  /** The variable `FUZZ_RUNS`, or the default of a test run. */
  readonly requests = Number(process.env['FUZZ_RUNS'] ?? RUNS);
  /** The variable `FUZZ_SEED`, or new each time. */
  readonly seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

  /** Whether the run is long enough for every expected answer to occur. */
  get isComplete(): boolean {
    return this.requests >= RUNS;
  }

  /** Prints how to repeat the requests, regardless of the tests' results. */
  print(report: string): void {
    process.stdout.write(`Generated requests, again with FUZZ_SEED=${this.seed}\n${report}\n`);
  }
}
