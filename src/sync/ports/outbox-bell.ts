/**
 * Rings when events were committed, so that the relay need not wait for its next look. Only a hint: the relay
 * finds everything without it, a little later.
 */
export class OutboxBell {
  private listener: () => void = () => undefined;

  onRing(listener: () => void): void {
    this.listener = listener;
  }

  ring(): void {
    this.listener();
  }
}
