import { Injectable } from '@nestjs/common';
import { readPage } from '../common/pagination/page';
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

/** Reads deliveries; changes nothing. */
@Injectable()
export class DeliveriesQueries {
  constructor(private readonly deliveries: DeliveryAdminStore) {}

  /** Throws `DeliveryNotFoundError`, also for ids that could never be one. */
  async get(id: string): Promise<DeliveryHistory> {
    const key = parseDeliveryId(id);
    const delivery = key === undefined ? undefined : await this.deliveries.find(key);
    if (key === undefined || delivery === undefined) throw new DeliveryNotFoundError();
    return { delivery, attempts: await this.deliveries.attempts(key) };
  }

  /** The last queued first. A cursor belongs to the query it came from; another one is an `InvalidRequestError`. */
  async list(query: DeliveryFilter & { limit: number; cursor?: string }): Promise<DeliveryPage> {
    const { limit, cursor, ...rest } = query;
    const filter = definedOf(rest);
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, filter) };
    const { items: deliveries, nextCursor } = await readPage(
      limit,
      (count) => this.deliveries.list({ ...filter, ...after, limit: count }),
      (last) => encodeCursor(positionOf(last), filter),
    );
    return { deliveries, nextCursor };
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
