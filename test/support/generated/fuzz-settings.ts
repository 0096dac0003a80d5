const RUNS = 10_000;

/** How many generated requests, and which ones: those of a seed come again with it. */
export class FuzzSettings {
  /** The variable `FUZZ_RUNS`, or as many as every run of the tests makes. */
  readonly requests = Number(process.env['FUZZ_RUNS'] ?? RUNS);
  /** The variable `FUZZ_SEED`, or new each time. */
  readonly seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

  /** Whether chance has had its time to bring about everything that it has to. */
  get isComplete(): boolean {
    return this.requests >= RUNS;
  }

  /** Tells a person, whatever comes of the tests, how to make the same requests again. */
  print(report: string): void {
    process.stdout.write(`Generated requests, again with FUZZ_SEED=${this.seed}\n${report}\n`);
  }
}
