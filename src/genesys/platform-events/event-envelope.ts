import { parseShallowJson } from '../../common/json/shallow-json';
import { type Fields, idIn, isFields, textIn } from '../fields';
import { momentIn } from './field-readers';
import { type DetailSuffix, type Topic, topicOf } from './topic';

/**
 * The form of delivery. `envelope` is a frame of the notification socket, or the same object from a workflow;
 * `event-bridge` contains the envelope in `detail`; `primitives` has the fields of the event beside its topic, as a workflow
 * sends them for the data format `TopLevelPrimitives`.
 */
export type EventForm = 'envelope' | 'event-bridge' | 'primitives';

/** The origin of an event's time; `received` if neither the event nor the envelope states a valid one. */
export type TimeSource = 'event' | 'envelope' | 'received';

interface Delivered {
  readonly form: EventForm;
  readonly conversationId: string;
  readonly body: Fields;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly timeSource: TimeSource;
  readonly receivedAt: number;
}

/** One occurrence in a conversation. */
export interface DetailEvent extends Delivered {
  readonly kind: 'detail';
  readonly suffix: DetailSuffix;
}

/** The full participant list of a conversation, which `snapshotOf` reads from `body`. */
export interface SnapshotEvent extends Delivered {
  readonly kind: 'snapshot';
}

export type IgnoredReason =
  | 'heartbeat'
  | 'pong'
  | 'socket-closing'
  | 'subscription-answer'
  | 'not-a-conversation'
  | 'unknown-topic'
  | 'other-media'
  | 'without-conversation'
  | 'oversized'
  | 'malformed';

export interface IgnoredEvent {
  readonly kind: 'ignored';
  readonly reason: IgnoredReason;
}

export type PlatformEvent = DetailEvent | SnapshotEvent | IgnoredEvent;

/** Maximum length of an event in characters; a participant list with all of its messages is far smaller. */
const MAX_LENGTH = 1_048_576;

/** An event's parts in any form of delivery. */
interface Parts {
  readonly form: EventForm;
  readonly topicName: string;
  /** The topic inside an EventBridge event, which has the id that `detail-type` lacks. */
  readonly innerTopicName?: string | undefined;
  readonly body: Fields;
  /** The objects that may state a time, the innermost one first. */
  readonly envelopes: readonly Fields[];
}

/** Parses the text of an event. Never throws: each text is an event, or is ignored for a reason. */
export function parsePlatformEvent(text: string, receivedAt: number): PlatformEvent {
  if (text.length > MAX_LENGTH) return ignored('oversized');
  return platformEventOf(jsonOf(text), receivedAt);
}

/** Reads an event from parsed JSON, such as the body of a request. Never throws. `receivedAt` is in epoch milliseconds. */
export function platformEventOf(value: unknown, receivedAt: number): PlatformEvent {
  if (!isFields(value)) return ignored('malformed');
  const parts = partsOf(value);
  if (parts === undefined) return ignored(reasonOf(value));
  return controlEventOf(parts) ?? conversationEventOf(parts, receivedAt);
}

function jsonOf(text: string): unknown {
  try {
    return parseShallowJson(text);
  } catch {
    // Invalid or too deep: the same as JSON that is no event.
    return undefined;
  }
}

function partsOf(value: Fields): Parts | undefined {
  const detail = value['detail'];
  const isBridged = isFields(detail);
  const envelope = isBridged ? detail : value;
  const inner = textIn(envelope, 'topicName') ?? textIn(envelope, 'topic');
  // EventBridge rules match `detail-type`, so that it decides if the topics differ.
  const topicName = textIn(value, 'detail-type') ?? inner;
  const body = bodyOf(envelope);
  if (topicName === undefined || body === undefined) return undefined;
  const form = isBridged ? 'event-bridge' : body === envelope ? 'primitives' : 'envelope';
  return { form, topicName, innerTopicName: inner, body, envelopes: isBridged ? [envelope, value] : [value] };
}

/**
 * The body of an event, which a data action may send as a text of JSON. An envelope without one has the fields itself;
 * undefined for an unreadable one.
 */
function bodyOf(envelope: Fields): Fields | undefined {
  const body = envelope['eventBody'];
  if (body === undefined) return envelope;
  const parsed = typeof body === 'string' && body.length <= MAX_LENGTH ? jsonOf(body) : body;
  return isFields(parsed) ? parsed : undefined;
}

/**
 * The reason for an object without a topic or without a body: a response of the socket, or another object. The response for
 * a channel that is gone has a `result` and no `status`.
 */
function reasonOf(value: Fields): IgnoredReason {
  if (value['message'] === 'pong') return 'pong';
  const isAnswer = ['result', 'status'].some((name) => textIn(value, name) !== undefined);
  return isAnswer ? 'subscription-answer' : 'malformed';
}

/** Frames about the channel itself. All messages of `channel.metadata` besides `pong` are heartbeats. */
function controlEventOf({ topicName, body }: Parts): IgnoredEvent | undefined {
  if (topicName === 'v2.system.socket_closing') return ignored('socket-closing');
  if (topicName !== 'channel.metadata') return undefined;
  return ignored(body['message'] === 'pong' ? 'pong' : 'heartbeat');
}

function conversationEventOf(parts: Parts, receivedAt: number): PlatformEvent {
  const topic = topicOf(parts.topicName);
  if (topic.kind === 'other') return ignored(topic.reason);
  if (isOtherMedia(parts.body)) return ignored('other-media');
  const conversationId = conversationIdOf(topic, parts);
  if (conversationId === undefined) return ignored('without-conversation');
  const delivered = {
    form: parts.form,
    conversationId,
    body: parts.body,
    receivedAt,
    ...timeOf(parts, receivedAt),
  };
  return topic.kind === 'detail'
    ? { kind: 'detail', suffix: topic.suffix, ...delivered }
    : { kind: 'snapshot', ...delivered };
}

/** Whether an event states a medium besides messages. */
function isOtherMedia(body: Fields): boolean {
  const mediaType = textIn(body, 'mediaType')?.toUpperCase() ?? '';
  return !['', 'MESSAGE', 'UNKNOWN'].includes(mediaType);
}

function conversationIdOf(topic: Exclude<Topic, { kind: 'other' }>, parts: Parts): string | undefined {
  const stated = idIn(parts.body, topic.kind === 'snapshot' ? 'id' : 'conversationId');
  if (stated !== undefined) return stated;
  const inner = topicOf(parts.innerTopicName ?? '');
  return topic.conversationId ?? (inner.kind === 'other' ? undefined : inner.conversationId);
}

function timeOf({ body, envelopes }: Parts, receivedAt: number): Pick<Delivered, 'at' | 'timeSource'> {
  const stated = momentIn(body, 'eventTime', receivedAt);
  if (stated !== undefined) return { at: stated, timeSource: 'event' };
  for (const envelope of envelopes) {
    const at = momentIn(envelope, 'timestamp', receivedAt) ?? momentIn(envelope, 'time', receivedAt);
    if (at !== undefined) return { at, timeSource: 'envelope' };
  }
  return { at: receivedAt, timeSource: 'received' };
}

function ignored(reason: IgnoredReason): IgnoredEvent {
  return { kind: 'ignored', reason };
}
