import { UnitOfWork } from '../../src/persistence/database/unit-of-work';
import type { Work } from '../../src/persistence/database/work';

/** Fewer than the connections of a pool: two are left for reads. */
const AT_ONCE = 8;

/**
 * Runs as many concurrent transactions as there are connections, and queues the others. A service refuses callers
 * that have waited a second for a connection, which on a busy machine would fail unrelated tests.
 */
export class OrderlyUnitOfWork extends UnitOfWork {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  override async run<T>(work: (work: Work) => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await super.run(work);
    } finally {
      const next = this.waiting.shift();
      // A finished transaction passes its place to the next one.
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
