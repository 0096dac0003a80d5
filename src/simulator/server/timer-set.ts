const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Timers with one owner: after `clear` none of them fires and no new one starts. */
export class TimerSet {
  private readonly timers = new Set<NodeJS.Timeout>();
  private isOpen = true;

  after(ms: number, act: () => void): void {
    if (!this.isOpen) return;
    // Node fires a timer above its range at once.
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        act();
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    this.timers.add(timer);
  }

  clear(): void {
    this.isOpen = false;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
