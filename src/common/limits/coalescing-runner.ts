/**
 * Work that runs once at a time, however many ask for it. A call is answered by a run that began after it: one that goes on
 * already may have looked too early, so that all calls meanwhile share the run that follows.
 */
export class CoalescingRunner {
  private running: Promise<void> | undefined;
  private following: Promise<void> | undefined;

  constructor(private readonly work: () => Promise<void>) {}

  /** Rejects with what its run throws. */
  run(): Promise<void> {
    if (this.running === undefined) return this.start();
    this.following ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.following = undefined;
        return this.running ?? this.start();
      });
    return this.following;
  }

  private start(): Promise<void> {
    this.running = this.work().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }
}
