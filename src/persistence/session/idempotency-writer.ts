import { Injectable } from '@nestjs/common';
import type { StoredResponse, KeyDisposition } from '../../session/domain/stored-response';
import type { IdempotentRequest } from '../../session/domain/idempotent-request';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import { KEY_LIFETIME_MS } from '../../session/ports/idempotency.store';
import { DataCipher } from '../guest/data-cipher';
import { contextOf } from './encrypted-columns';
import type { IdempotencyKeyTable } from '../database/database';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';

type Key = Pick<IdempotencyKeyTable, 'owner' | 'operation' | 'key_hash'>;
type Use = Omit<IdempotencyKeyTable, keyof Key>;

const taking = prepared(
  (db, { key, use, now }: { readonly key: Key; readonly use: Use; readonly now: number }) =>
    db
      .insertInto('idempotency_key')
      .values({ ...key, ...use })
      .onConflict((conflict) =>
        conflict
          .columns(['owner', 'operation', 'key_hash'])
          .doUpdateSet(use)
          .where('idempotency_key.expires_at', '<=', now),
      ),
);

const forgetting = prepared((db, { conversationId }: { readonly conversationId: string }) =>
  db.deleteFrom('idempotency_key').where('conversation_id', '=', conversationId),
);

const answering = prepared(
  (db, { conversationId, answer }: { readonly conversationId: string; readonly answer: string }) =>
    db
      .updateTable('idempotency_key')
      .set({ answer, opening_by: null })
      .where('conversation_id', '=', conversationId),
);

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
    const use = {
      fingerprint,
      conversation_id: conversationId,
      opening_by: openingBy,
      answer: null,
      created_at: createdAt,
      expires_at: createdAt + KEY_LIFETIME_MS,
    };
    const key = { owner, operation, key_hash: keyHash };
    work.send(taking(work, { key, use, now: createdAt }));
  }

  /** Writes the disposition of the key of a session after its opening, if it has a key. */
  settle(work: Work, conversationId: string, outcome: KeyDisposition): void {
    if (outcome === 'forgotten') {
      work.send(forgetting(work, { conversationId }));
      return;
    }
    const answer = this.cipher.encrypt(JSON.stringify(outcome), answerOf(conversationId));
    work.send(answering(work, { conversationId, answer }));
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
