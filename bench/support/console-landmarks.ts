import type { AuditPosition } from '../../src/audit/ports/audit-trail';
import type { DeliveryPosition } from '../../src/sync/ports/delivery-admin.store';
import { createdAt, type SessionsShape } from './console-sessions';
import type { ConsoleStorage } from './console-storage';

const DEPTH = 0.9;

/** Rows at nine tenths of the way from the newest to the oldest, and others that the pages ask for. */
export interface Landmarks {
  readonly shape: SessionsShape;
  readonly webhookId: string;
  readonly liveId: string;
  readonly session: {
    readonly createdAt: number;
    readonly conversationId: string;
    readonly guestRef: string;
  };
  readonly delivery: DeliveryPosition;
  readonly record: AuditPosition;
}

export async function landmarksOf(
  { db }: ConsoleStorage,
  shape: SessionsShape,
  webhookId: string,
): Promise<Landmarks> {
  const at = createdAt(shape, Math.floor(shape.sessions * DEPTH));
  const session = await db
    .selectFrom('session')
    .select(['created_at as createdAt', 'conversation_id as conversationId', 'guest_ref as guestRef'])
    .where('created_at', '=', at)
    .executeTakeFirstOrThrow();
  const live = await db
    .selectFrom('session')
    .select('conversation_id as id')
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow();
  const delivery = await db
    .selectFrom('delivery')
    .select(['queued_at as queuedAt', 'event_id as eventId', 'sink'])
    .where('queued_at', '>=', at)
    .orderBy('queued_at')
    .orderBy('event_id')
    .limit(1)
    .executeTakeFirstOrThrow();
  const record = await db
    .selectFrom('audit_record')
    .select(['at', 'chain', 'seq'])
    .where('at', '>=', at)
    .orderBy('at')
    .limit(1)
    .executeTakeFirstOrThrow();
  return { shape, webhookId, liveId: live.id, session, delivery, record };
}
