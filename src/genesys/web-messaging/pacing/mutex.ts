import { abortable } from '../../../common/time/abortable';

/** Runs one piece of work at a time, first come first served. Work that is aborted while it waits holds up no other. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();
  private present = 0;

  /** Pieces of work that wait or run. */
  get size(): number {
    return this.present;
  }

  /** Rejects with the reason of the signal as soon as it aborts, unless the work has begun. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.tail;
    let leave = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.tail = before.then(() => mine);
    this.present += 1;
    try {
      await abortable(before, signal);
      return await work();
    } finally {
      this.present -= 1;
      leave();
    }
  }
}
