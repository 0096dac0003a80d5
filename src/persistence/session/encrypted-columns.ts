/** A column with texts that must not be readable with the database alone. */
export interface EncryptedColumn {
  readonly table:
    'session' | 'session_event' | 'conversation_event' | 'passing_batch' | 'idempotency_key' | 'webhook';
  /** The column that identifies a row. */
  readonly key: 'conversation_id' | 'id';
  readonly column:
    | 'guest_token'
    | 'guest_credentials'
    | 'guest_context'
    | 'wrap_up'
    | 'name'
    | 'metadata'
    | 'body'
    | 'answer'
    | 'url'
    | 'webhook_url'
    | 'secrets';
  /** Tells whether a plain text in the column has to be encrypted; an empty one belongs to an erased guest. */
  readonly isSecret: (text: string) => boolean;
}

const hasText = (text: string): boolean => text !== '';

const GUEST_DATA = ['"guestIdToken":', '"wrapUpNotes":', '"message":'];

/** Tells whether the metadata of an event hold the guest's token, texts of an agent about the guest, or a message. */
export function holdsGuestData(metadata: string): boolean {
  return GUEST_DATA.some((field) => metadata.includes(field));
}

/** All columns with encrypted texts: the start checks them, and a change of the key encrypts them again. */
export const ENCRYPTED_COLUMNS: readonly EncryptedColumn[] = [
  { table: 'session', key: 'conversation_id', column: 'guest_token', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'name', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'guest_credentials', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'guest_context', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'wrap_up', isSecret: hasText },
  { table: 'session', key: 'conversation_id', column: 'webhook_url', isSecret: hasText },
  { table: 'session_event', key: 'id', column: 'metadata', isSecret: holdsGuestData },
  // Always written encrypted: a plain text in it holds nothing about a guest.
  { table: 'conversation_event', key: 'id', column: 'body', isSecret: () => false },
  { table: 'passing_batch', key: 'id', column: 'body', isSecret: () => false },
  { table: 'idempotency_key', key: 'conversation_id', column: 'answer', isSecret: hasText },
  // A URL may hold a credential of its receiver.
  { table: 'webhook', key: 'id', column: 'url', isSecret: hasText },
  { table: 'webhook', key: 'id', column: 'secrets', isSecret: hasText },
];

/**
 * The context that an encrypted text is bound to. The texts depend on it: another wording would make all of them
 * unreadable.
 */
export function contextOf({ table, column }: Pick<EncryptedColumn, 'table' | 'column'>, key: string): string {
  return `${table}/${key}/${column}`;
}
