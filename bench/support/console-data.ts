import { type Landmarks, landmarksOf } from './console-landmarks';
import { type SessionsShape, SINKS, writeSessions } from './console-sessions';
import type { ConsoleStorage } from './console-storage';
import { writeStatistics, writeTrail, writeWebhooks } from './console-trail';
import { number } from './table';

export interface ConsoleDataShape extends SessionsShape {
  readonly webhooks: number;
  /** Deliveries of one webhook. */
  readonly webhookDeliveries: number;
  /** Minutes with statistics. */
  readonly minutes: number;
}

/** Fills an empty database with the data of a service that has run for days. */
export async function fillConsoleData(storage: ConsoleStorage, shape: ConsoleDataShape): Promise<Landmarks> {
  await writeSessions(storage, shape);
  await writeTrail(storage);
  await writeStatistics(storage, shape.minutes, shape.now);
  const webhookId = await writeWebhooks(storage, shape.webhooks, shape.webhookDeliveries, shape.now);
  return landmarksOf(storage, shape, webhookId);
}

/** The rows of the larger tables, as text. */
export async function describeRows({ db }: ConsoleStorage): Promise<string> {
  const tables = [
    'session',
    'session_event',
    'delivery',
    'delivery_attempt',
    'audit_record',
    'webhook_delivery',
    'statistic',
  ] as const;
  const counts: string[] = [];
  for (const table of tables) {
    const { rows } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    counts.push(`${number(rows)} ${table}`);
  }
  return `Rows: ${counts.join(', ')}; receivers ${SINKS.join(' and ')}.`;
}
