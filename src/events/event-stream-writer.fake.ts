import { anEventIdCipher } from './event-id-cipher.builder';
import type { EventStreamWriter } from './event-stream-writer';

/** Records the text that was written. Its client reads everything at once, or nothing until `readAgain`. */
export class FakeEventStreamWriter implements EventStreamWriter {
  written = '';
  state: 'open' | 'ended' | 'destroyed' = 'open';
  waitingBytes = 0;
  private readonly ids = anEventIdCipher();
  private isReading = true;
  private isGone = false;
  private readonly closeListeners: (() => void)[] = [];
  private drainListeners: ((isDrained: boolean) => void)[] = [];

  static ofClientThatIsGone(): FakeEventStreamWriter {
    const writer = new FakeEventStreamWriter();
    writer.hangUp();
    return writer;
  }

  /** Names of events in order, with the positions of their ids; `mark`, `ping` and `retry` for frames without an event. */
  get told(): string[] {
    return this.written
      .split('\n\n')
      .filter((block) => block !== '')
      .map((block) => {
        const encrypted = /^id: (.+)$/m.exec(block)?.[1];
        const id = encrypted === undefined ? undefined : String(this.ids.decrypt(encrypted));
        const name = /^event: (.+)$/m.exec(block)?.[1] ?? (id === undefined ? block.split(': ')[0] : 'mark');
        return [name === '' ? 'ping' : name, id].filter((part) => part !== undefined).join(' ');
      });
  }

  stopReading(): void {
    this.isReading = false;
  }

  readAgain(): void {
    this.isReading = true;
    this.waitingBytes = 0;
    this.settle(true);
  }

  /** The client is gone. */
  hangUp(): void {
    this.isGone = true;
    for (const listener of this.closeListeners) listener();
  }

  write(text: string): void {
    this.written += text;
    if (!this.isReading) this.waitingBytes += Buffer.byteLength(text);
  }

  drained(limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.drainListeners.push(resolve);
      setTimeout(() => {
        resolve(false);
      }, limitMs);
    });
  }

  end(): void {
    this.state = 'ended';
  }

  destroy(): void {
    this.state = 'destroyed';
  }

  onClose(listener: () => void): void {
    if (this.isGone) listener();
    else this.closeListeners.push(listener);
  }

  private settle(isDrained: boolean): void {
    for (const resolve of this.drainListeners) resolve(isDrained);
    this.drainListeners = [];
  }
}
