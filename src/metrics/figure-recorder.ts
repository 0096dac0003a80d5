import { Injectable } from '@nestjs/common';
import { RecordedFigures } from './domain/recorded-figures';

/**
 * Records figures of this process for the statistics, beside the metrics: the telemetry of each feature reports
 * here. A report costs an increment in memory.
 */
@Injectable()
export class FigureRecorder {
  private current = new RecordedFigures();
  private readHeld: () => number = () => 0;

  /** Live sessions that this process beats for, at this moment. */
  get heldSessions(): number {
    return this.readHeld();
  }

  /** Sets the one reading of `heldSessions`. */
  observeHeldSessions(read: () => number): void {
    this.readHeld = read;
  }

  sessionOpened(): void {
    this.current.opened += 1;
  }

  openingFailed(code: string): void {
    this.current.failed.increment(code);
  }

  sessionEnded(reason: string): void {
    this.current.ended.increment(reason);
  }

  beatStarted(latenessMs: number): void {
    this.current.lateness.observe(latenessMs);
  }

  delivered(delayMs: number): void {
    this.current.delays.observe(delayMs);
  }

  deliveryBuried(): void {
    this.current.dead += 1;
  }

  /** The figures since the last call; recording begins again. */
  take(): RecordedFigures {
    const taken = this.current;
    this.current = new RecordedFigures();
    return taken;
  }
}
