/** Single flight per key: calls with a key join the run that is in flight for it, and share its result or error. */
export class SingleFlight<T> {
  private readonly inFlight = new Map<string, Promise<T>>();

  /** The run in flight; undefined when there is none. */
  get(key: string): Promise<T> | undefined {
    return this.inFlight.get(key);
  }

  /** Joins the run in flight, or starts one with `work`. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.inFlight.get(key);
    if (running !== undefined) return running;
    const run = work().finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, run);
    return run;
  }
}
