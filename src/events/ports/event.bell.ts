/**
 * Rings when events of conversations were committed by this process, so that streams need not wait for their next look.
 * Only a hint: everything is found without it, a little later.
 */
export class EventBell {
  private readonly listeners: (() => void)[] = [];

  onRing(listener: () => void): void {
    this.listeners.push(listener);
  }

  ring(): void {
    for (const listener of this.listeners) listener();
  }
}
