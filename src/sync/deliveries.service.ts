import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { parseDeliveryId } from './domain/delivery-id';
import { assertBoundedReplay } from './domain/replay-bounds';
import { DeliveryNotFoundError } from './domain/sync.errors';
import { DeliveryAdminStore, type ReplaySelection } from './ports/delivery-admin.store';
import { CommitSignal } from '../common/commit-signal';
import { SyncTelemetry } from './sync.telemetry';

/** The actions of operators on deliveries. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly deliveries: DeliveryAdminStore,
    private readonly clock: Clock,
    private readonly commits: CommitSignal,
    private readonly telemetry: SyncTelemetry,
  ) {}

  /** Attempts a delivery again at once, in the order of its conversation, in any status. Throws `DeliveryNotFoundError`. */
  async retry(id: string): Promise<void> {
    const key = parseDeliveryId(id);
    if (key === undefined || !(await this.deliveries.retry(key, this.clock.now())))
      throw new DeliveryNotFoundError();
    this.telemetry.replayed(1);
    this.commits.notify('outbox');
  }

  /**
   * Delivers again what was delivered or given up, under the same ids and in order, and expedites what is pending.
   * Returns the number of deliveries. Throws `InvalidRequestError` when neither a conversation nor a span of time is selected.
   */
  async replay(selection: ReplaySelection): Promise<number> {
    assertBoundedReplay(selection);
    const replayed = await this.deliveries.replay(selection, this.clock.now());
    this.telemetry.replayed(replayed);
    this.commits.notify('outbox');
    return replayed;
  }
}
