/**
 * Runs the work at most once at a time. A call during a run may need newer data, so all such calls share one further run
 * that starts afterwards.
 */
export class CoalescingRunner {
  private running: Promise<void> | undefined;
  private following: Promise<void> | undefined;

  constructor(private readonly work: () => Promise<void>) {}

  /** Rejects with the error of its run. */
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
