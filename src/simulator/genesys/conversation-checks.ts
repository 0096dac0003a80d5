import { ConversationBody } from '../conversation';
import { ErrorDetail } from './platform-error';

/** Maximum size of names and values together, in bytes. */
const MAX_ATTRIBUTE_BYTES = 2048;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

type Fields = Readonly<Record<string, unknown>>;
type Checked<T> = { readonly value: T } | { readonly details: readonly ErrorDetail[] };

export type ConversationChange =
  { readonly kind: 'beat'; readonly sequence: number } | { readonly kind: 'disconnect' };

export function checkConversationBody(body: unknown): Checked<ConversationBody> {
  const fields = asFields(body);
  const { id, from, to, type, channelAddress, context, metadata } = fields;
  const target = asFields(Array.isArray(to) ? to[0] : undefined);
  const { locale, capabilities } = asFields(context);
  const wrong = firstFalse({
    id: typeof id === 'string' && UUID.test(id),
    'from.id': isFilled(asFields(from).id),
    'to[0].id': isFilled(target.id),
    type: type === 'messaging',
    channelAddress: channelAddress === undefined || channelAddress === 'web',
    'context.locale': isFilled(locale),
    'context.capabilities':
      Array.isArray(capabilities) && capabilities.every((one) => typeof one === 'string'),
    metadata: metadata === undefined || isFields(metadata),
    'metadata.customAttributes': areAttributes(asFields(metadata)['customAttributes']),
  });
  return wrong ?? { value: body as ConversationBody };
}

/** A disconnect takes precedence over a beat in the same body. */
export function checkConversationChange(body: unknown): Checked<ConversationChange> {
  const { status, context } = asFields(body);
  if (status !== undefined) {
    return firstFalse({ status: status === 'disconnected' }) ?? { value: { kind: 'disconnect' } };
  }
  const { lastActivityTimestamp, heartbeatSequence } = asFields(context);
  const wrong = firstFalse({
    'context.lastActivityTimestamp':
      typeof lastActivityTimestamp === 'string' && !Number.isNaN(Date.parse(lastActivityTimestamp)),
    'context.heartbeatSequence': Number.isSafeInteger(heartbeatSequence) && Number(heartbeatSequence) >= 0,
  });
  return wrong ?? { value: { kind: 'beat', sequence: Number(heartbeatSequence) } };
}

/** Names the fields that are wrong; undefined when there are none. */
export function firstFalse(
  checks: Readonly<Record<string, boolean>>,
): { details: readonly ErrorDetail[] } | undefined {
  const details = Object.entries(checks)
    .filter(([, isRight]) => !isRight)
    .map(([fieldName]) => ({ errorCode: 'invalid.value', fieldName }));
  return details.length > 0 ? { details } : undefined;
}

function areAttributes(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isFields(value) || !Object.values(value).every((text) => typeof text === 'string')) return false;
  const texts = Object.entries(value).flat();
  return texts.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0) <= MAX_ATTRIBUTE_BYTES;
}

export function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}
