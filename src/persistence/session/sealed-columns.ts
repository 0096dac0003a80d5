/** A column that holds what must not be read by whoever has only the database. */
export interface SealedColumn {
  readonly table: 'session' | 'session_event' | 'conversation_event' | 'passing_batch' | 'idempotency_key';
  /** The column that a row is known by. */
  readonly key: 'conversation_id' | 'id';
  readonly column:
    'guest_token' | 'guest_credentials' | 'guest_context' | 'name' | 'metadata' | 'body' | 'answer';
  /** Whether a text that stands there in clear has to be encrypted; an empty one is of an erased guest. */
  readonly isSecret: (text: string) => boolean;
}

const hasText = (text: string): boolean => text !== '';

/** Whether the metadata of an event tell the guest's token. */
export function disclosesToken(metadata: string): boolean {
  return metadata.includes('"guestIdToken":');
}

/** Every place where sealed texts rest: what the start checks, and what is encrypted again when the key changes. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'session', key: 'conversation_id', column: 'guest_token', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'name', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'guest_credentials', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'guest_context', isSecret: hasText },
  { table: 'session_event', key: 'id', column: 'metadata', isSecret: disclosesToken },
  // Written sealed from the first day on: what stands there in clear tells nothing of a guest.
  { table: 'conversation_event', key: 'id', column: 'body', isSecret: () => false },
  { table: 'passing_batch', key: 'id', column: 'body', isSecret: () => false },
  { table: 'idempotency_key', key: 'conversation_id', column: 'answer', isSecret: hasText },
];

/** What a sealed text is bound to. It is part of what is stored: another wording would make all of it unreadable. */
export function contextOf({ table, column }: Pick<SealedColumn, 'table' | 'column'>, key: string): string {
  return `${table}/${key}/${column}`;
}
