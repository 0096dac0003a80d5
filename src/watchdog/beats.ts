const NS_PER_MS = 1e6;
const NS_PER_US = 1_000n;
const US_PER_MS = 1_000;
/** The lower bits of the cell, which hold the number of the beat; the time in microseconds is above them. */
const NUMBER_BITS = 16;
const NUMBERS = 1 << NUMBER_BITS;

/** A beat of the main thread. */
export interface Beat {
  /** By `nowMs`. */
  readonly at: number;
  readonly number: number;
}

/** The monotonic clock, which all threads of the process share. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / NS_PER_MS;
}

/** The beats that came after the first of two. */
export function beatsBetween(first: Beat, last: Beat): number {
  return (last.number - first.number + NUMBERS) % NUMBERS;
}

/**
 * The last beat of the main thread, in memory that the watchdog thread reads while the main thread is blocked. Time and
 * number are in one cell, so that they always belong together.
 */
export class Beats {
  private readonly cell: BigInt64Array;
  private number = 0;

  constructor(readonly memory = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.cell = new BigInt64Array(memory);
  }

  beat(): void {
    this.number = (this.number + 1) % NUMBERS;
    const micros = process.hrtime.bigint() / NS_PER_US;
    Atomics.store(this.cell, 0, (micros << BigInt(NUMBER_BITS)) | BigInt(this.number));
  }

  get last(): Beat {
    const value = Atomics.load(this.cell, 0);
    return {
      at: Number(value >> BigInt(NUMBER_BITS)) / US_PER_MS,
      number: Number(value & BigInt(NUMBERS - 1)),
    };
  }
}
