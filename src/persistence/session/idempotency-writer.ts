import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { StoredResponse, KeyDisposition } from '../../session/domain/stored-response';
import type { IdempotentRequest } from '../../session/domain/idempotent-request';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import { KEY_LIFETIME_MS } from '../../session/ports/idempotency.store';
import { DataCipher } from '../guest/data-cipher';
import { contextOf } from './encrypted-columns';
import type { IdempotencyKeyTable } from '../database/database';
import { insertingInto } from '../database/inserting-rows';
import { prepared } from '../database/prepared';
import { updatingRowOf } from '../database/updating-row';
import type { Work } from '../database/work';

/** Replaces a key that has expired when the new use of it begins, and leaves any other as it is. */
const taking = insertingInto<IdempotencyKeyTable>(
  'idempotency_key',
  sql`on conflict (owner, operation, key_hash) do update set
    fingerprint = excluded.fingerprint, conversation_id = excluded.conversation_id, opening_by = excluded.opening_by,
    answer = excluded.answer, created_at = excluded.created_at, expires_at = excluded.expires_at
    where idempotency_key.expires_at <= excluded.created_at`,
);

const forgetting = prepared((db, { conversationId }: { readonly conversationId: string }) =>
  db.deleteFrom('idempotency_key').where('conversation_id', '=', conversationId),
);

const answering = updatingRowOf<IdempotencyKeyTable>('idempotency_key');

/** Writes idempotency keys in the transactions of their sessions, with the stored responses encrypted. */
@Injectable()
export class IdempotencyWriter {
  constructor(private readonly cipher: DataCipher) {}

  /** Sends the key of a new session; it replaces one that has expired, and is not written while another is in use. */
  take(
    work: Work,
    { owner, operation, keyHash, fingerprint, openingBy }: IdempotentRequest,
    { conversationId, createdAt }: Readonly<SessionSnapshot>,
  ): void {
    const row = {
      owner,
      operation,
      key_hash: keyHash,
      fingerprint,
      conversation_id: conversationId,
      opening_by: openingBy,
      answer: null,
      created_at: createdAt,
      expires_at: createdAt + KEY_LIFETIME_MS,
    };
    work.send(taking(work, { rows: [row] }));
  }

  /** Writes the disposition of the key of a session after its opening, if it has a key. */
  settle(work: Work, conversationId: string, outcome: KeyDisposition): void {
    if (outcome === 'forgotten') {
      work.send(forgetting(work, { conversationId }));
      return;
    }
    const answer = this.cipher.encrypt(JSON.stringify(outcome), answerOf(conversationId));
    const expected = { conversation_id: conversationId };
    work.send(answering(work, { changes: { answer, opening_by: null }, expected }));
  }

  /** Reads a response as `settle` has written it. Throws `UnreadableDataError`. */
  read(encrypted: string, conversationId: string): StoredResponse {
    return JSON.parse(this.cipher.decrypt(encrypted, answerOf(conversationId))) as StoredResponse;
  }
}

/** A response is bound to its session: copied to another one it cannot be read. */
function answerOf(conversationId: string): string {
  return contextOf({ table: 'idempotency_key', column: 'answer' }, conversationId);
}
