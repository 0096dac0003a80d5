/** A verified event as it is stored. Fields of `body` that are not named here are for the application. */
export interface ReceivedEvent {
  /** `webhook-id`: the same in each attempt of an event, also in a replay. */
  readonly id: string;
  readonly type: string;
  /** Absent in `webhook.test` and `webhook.disabled`, which belong to no conversation. */
  readonly position?: Position;
  /** The JSON text that was signed. */
  readonly body: string;
}

export interface Position {
  readonly conversationId: string;
  /** Numbers the events of the conversation at this webhook, from 1. */
  readonly sequence: number;
}

/**
 * Reads the fields that the receiver needs; undefined for a body without them. Unknown types and fields are accepted,
 * because later releases of the service may add some.
 */
export function readEvent(id: string, body: string): ReceivedEvent | undefined {
  const content = jsonObjectOf(body);
  const type = content?.['type'];
  if (content === undefined || typeof type !== 'string') return undefined;
  const { conversationId, sequence } = content;
  if (conversationId === undefined && sequence === undefined) return { id, type, body };
  if (typeof conversationId !== 'string' || !isSequence(sequence)) return undefined;
  return { id, type, position: { conversationId, sequence }, body };
}

function jsonObjectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
