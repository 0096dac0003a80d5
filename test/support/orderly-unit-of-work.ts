import { UnitOfWork, type Work } from '../../src/persistence/database/unit-of-work';

/** Fewer than a pool has connections: two are left for whoever only reads. */
const AT_ONCE = 8;

/**
 * Runs as many transactions at once as there are connections, and the others after them. A service sends callers away
 * that have waited for a connection for a second, which on a busy machine hits tests that have nothing to do with it.
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
      // Whoever goes hands its place on.
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
