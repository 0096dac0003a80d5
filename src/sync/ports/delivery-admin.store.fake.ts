import type { Attempt, DeliveryRecord } from '../domain/delivery';
import { type DeliveryKey, deliveryIdOf } from '../domain/delivery-id';
import { isSelected } from '../domain/status-filter';
import {
  DeliveryAdminStore,
  type DeliveryPosition,
  type DeliveryQuery,
  type ReplaySelection,
  type RetentionLimits,
} from './delivery-admin.store';

/** Deliveries in memory, with a record of the calls. */
export class FakeDeliveryAdminStore extends DeliveryAdminStore {
  readonly records: DeliveryRecord[] = [];
  readonly history = new Map<string, Attempt[]>();
  readonly queries: DeliveryQuery[] = [];
  readonly retried: { readonly key: DeliveryKey; readonly at: number }[] = [];
  readonly replayed: { readonly selection: ReplaySelection; readonly at: number }[] = [];
  readonly purges: { readonly limits: RetentionLimits; readonly limit: number }[] = [];
  /** Number of deliveries that the next replays select. */
  selected = 0;
  /** Numbers of deliveries for the next calls of `purge`, or their errors; after those there are none. */
  readonly purgeable: (number | Error)[] = [];

  async list(query: DeliveryQuery): Promise<DeliveryRecord[]> {
    await Promise.resolve();
    this.queries.push(query);
    const { conversationId, status, sink, after, limit } = query;
    return this.records
      .filter((record) => conversationId === undefined || record.event.conversationId === conversationId)
      .filter((record) => status === undefined || isSelected(status, record))
      .filter((record) => sink === undefined || record.sink === sink)
      .sort((one, other) => compare(positionOf(other), positionOf(one)))
      .filter((record) => after === undefined || compare(positionOf(record), after) < 0)
      .slice(0, limit);
  }

  async find({ sink, eventId }: DeliveryKey): Promise<DeliveryRecord | undefined> {
    await Promise.resolve();
    return this.records.find((record) => record.sink === sink && record.event.id === eventId);
  }

  async attempts({ sink, eventId }: DeliveryKey): Promise<Attempt[]> {
    await Promise.resolve();
    return this.history.get(`${sink}.${eventId}`) ?? [];
  }

  async retry(key: DeliveryKey, at: number): Promise<boolean> {
    if ((await this.find(key)) === undefined) return false;
    this.retried.push({ key, at });
    return true;
  }

  async replay(selection: ReplaySelection, at: number): Promise<number> {
    await Promise.resolve();
    this.replayed.push({ selection, at });
    return this.selected;
  }

  async purge(limits: RetentionLimits, limit: number): Promise<number> {
    await Promise.resolve();
    this.purges.push({ limits, limit });
    const found = this.purgeable.shift() ?? 0;
    if (found instanceof Error) throw found;
    return Math.min(found, limit);
  }

  /** Adds a delivery with its attempts. */
  keep(record: DeliveryRecord, ...attempts: readonly Attempt[]): void {
    this.records.push(record);
    this.history.set(deliveryIdOf(record), [...attempts]);
  }
}

function positionOf({ queuedAt, sink, event }: DeliveryRecord): DeliveryPosition {
  return { queuedAt, sink, eventId: event.id };
}

function compare(one: DeliveryPosition, other: DeliveryPosition): number {
  const byId = `${one.sink}.${one.eventId}` < `${other.sink}.${other.eventId}` ? -1 : 1;
  const isSame = one.sink === other.sink && one.eventId === other.eventId;
  return one.queuedAt - other.queuedAt || (isSame ? 0 : byId);
}
