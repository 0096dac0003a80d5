import { randomUUID } from 'node:crypto';
import { DetailEvent } from './detail-events';
import { EventEnvelope } from './event-envelope';
import { PushTargetOptions } from './push-target';
import { detailTemplate } from './topics';

type Fields = Readonly<Record<string, unknown>>;

const ORGANIZATION = 'd0d0d0d0-0000-4000-8000-00000000000d';

/** Returns the JSON that a target receives. Each call makes another id; repeats of a delivery have the same. */
export function pushBodyOf(
  kind: PushTargetOptions['kind'],
  event: DetailEvent,
  envelope: EventEnvelope,
): Fields {
  return kind === 'event-bridge' ? eventBridgeBody(event, envelope) : triggerBody(event);
}

/** The event of EventBridge: its type keeps the literal `{id}`, and its detail is the notification's envelope. */
function eventBridgeBody({ suffix }: DetailEvent, envelope: EventEnvelope): Fields {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailTemplate(suffix),
    source: `aws.partner/genesys.com/cloud/${ORGANIZATION}/simulator`,
    account: '000000000000',
    time: envelope.timestamp.replace(/\.\d+Z$/, 'Z'),
    region: 'us-east-1',
    resources: [],
    detail: envelope,
  };
}

/** The data format `TopLevelPrimitives` leaves out lists and objects. */
function triggerBody({ suffix, eventBody }: DetailEvent): Fields {
  const primitives = Object.entries(eventBody).filter(([, value]) => typeof value !== 'object');
  return { topicName: detailTemplate(suffix), ...Object.fromEntries(primitives) };
}
