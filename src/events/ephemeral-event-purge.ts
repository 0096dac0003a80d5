import { Injectable } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { Lease } from '../replica/ports/lease';
import { EventsTelemetry } from './events.telemetry';
import { EphemeralEventBus } from './ports/ephemeral-event-bus';

/** Longer than any event is delivered. */
const KEPT_MS = 30_000;
const PAUSE_MS = 30_000;
/** Rows per statement. */
const BATCH = 500;

/** Purges published ephemeral events in small batches, so that none is kept for long. */
@Injectable()
export class EphemeralEventPurge extends Housekeeping {
  constructor(
    private readonly bus: EphemeralEventBus,
    private readonly lease: Lease,
    clock: Clock,
    private readonly telemetry: EventsTelemetry,
  ) {
    super(clock, PAUSE_MS);
  }

  protected async step(): Promise<boolean> {
    return this.lease.isShared && (await this.bus.purge(KEPT_MS, BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.telemetry.ephemeralNotPurged(error);
  }
}
