import { Injectable } from '@nestjs/common';
import { Activity } from './domain/activity';

/**
 * Records the activity of this process for the statistics, beside the metrics: the telemetry of each feature reports
 * here. A report costs an increment in memory.
 */
@Injectable()
export class ActivityRecorder {
  private current = new Activity();
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

  /** The activity since the last call; recording begins again. */
  take(): Activity {
    const taken = this.current;
    this.current = new Activity();
    return taken;
  }
}
