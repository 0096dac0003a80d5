import { randomUUID } from 'node:crypto';
import { isoOf } from '../genesys/conversation-view';

/** An event as sockets carry it, and as `detail` of an EventBridge event. */
export interface EventEnvelope {
  readonly topicName: string;
  readonly version: '2';
  readonly eventBody: Readonly<Record<string, unknown>>;
  readonly metadata: { readonly CorrelationId: string };
  readonly timestamp: string;
}

export function envelopeOf(
  topicName: string,
  eventBody: EventEnvelope['eventBody'],
  at: number,
): EventEnvelope {
  const metadata = { CorrelationId: randomUUID() };
  return { topicName, version: '2', eventBody, metadata, timestamp: isoOf(at) };
}
