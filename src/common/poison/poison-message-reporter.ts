import { Injectable, Logger } from '@nestjs/common';
import { DataRefusedError } from '../errors/data-refused.errors';
import { ExpiringSet } from './expiring-set';

/** The queues and loops that set items aside. */
export const POISON_QUEUES = [
  'messages',
  'deliveries',
  'sessions',
  'audit',
  'events',
  'ephemeral-events',
  'data-keys',
] as const;

export type PoisonQueue = (typeof POISON_QUEUES)[number];

/** Each item is counted and logged once within this time. */
const TOLD_FOR_MS = 3_600_000;
const MAX_TOLD = 10_000;

/**
 * Reports poison messages: items that a queue cannot process however often it tries, and sets aside so that the items
 * behind them are processed. Each item is counted and logged at most once an hour. Values of an item never reach the log.
 */
@Injectable()
export class PoisonMessageReporter {
  private readonly log = new Logger('Poison');
  private readonly told = new ExpiringSet(TOLD_FOR_MS, MAX_TOLD);
  private observe: (queue: PoisonQueue) => void = () => undefined;

  onReport(observe: (queue: PoisonQueue) => void): void {
    this.observe = observe;
  }

  /** `key` identifies the item within its queue and is not logged. */
  report(queue: PoisonQueue, key: string, error: unknown, conversationId?: string): void {
    const name = JSON.stringify([queue, key]);
    if (this.told.has(name)) return;
    this.told.add(name);
    this.observe(queue);
    this.log.error({
      message: 'Poison message set aside',
      operation: queue,
      ...(conversationId === undefined ? {} : { conversationId }),
      reason: reasonOf(error),
      // The parser of JSON quotes the text that it cannot read.
      ...(error instanceof SyntaxError ? {} : { error }),
    });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof DataRefusedError) return error.refusal;
  return error instanceof Error ? error.name : 'unknown';
}
