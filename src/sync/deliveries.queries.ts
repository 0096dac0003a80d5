import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor } from './deliveries-cursor';
import type { Attempt, DeliveryRecord } from './domain/delivery';
import { parseDeliveryId } from './domain/delivery-id';
import { DeliveryNotFoundError } from './domain/sync.errors';
import { type DeliveryFilter, DeliveryAdminStore } from './ports/delivery-admin.store';

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryRecord[];
  readonly nextCursor: string | null;
}

export interface DeliveryHistory {
  readonly delivery: DeliveryRecord;
  readonly attempts: readonly Attempt[];
}

/** Reading deliveries. */
@Injectable()
export class DeliveriesQueries {
  constructor(private readonly ledger: DeliveryAdminStore) {}

  /** Throws `DeliveryNotFoundError`, also for ids that could never be one. */
  async get(id: string): Promise<DeliveryHistory> {
    const key = parseDeliveryId(id);
    const delivery = key === undefined ? undefined : await this.ledger.find(key);
    if (key === undefined || delivery === undefined) throw new DeliveryNotFoundError();
    return { delivery, attempts: await this.ledger.attempts(key) };
  }

  /** The last queued first. A cursor belongs to the query it came from; another one is an `InvalidRequestError`. */
  async list(query: DeliveryFilter & { limit: number; cursor?: string }): Promise<DeliveryPage> {
    const { limit, cursor, ...rest } = query;
    const filter = definedOf(rest);
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, filter) };
    const found = await this.ledger.list({ ...filter, ...after, limit: limit + 1 });
    const deliveries = found.slice(0, limit);
    const last = deliveries.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { deliveries, nextCursor: hasMore ? encodeCursor(positionOf(last), filter) : null };
  }
}

function definedOf({ conversationId, status, sink }: DeliveryFilter): DeliveryFilter {
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(status === undefined ? {} : { status }),
    ...(sink === undefined ? {} : { sink }),
  };
}

function positionOf({ queuedAt, sink, event }: DeliveryRecord): {
  queuedAt: number;
  sink: string;
  eventId: string;
} {
  return { queuedAt, sink, eventId: event.id };
}
