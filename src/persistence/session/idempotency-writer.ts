import { Injectable } from '@nestjs/common';
import type { StoredResponse, KeyDisposition } from '../../session/domain/stored-response';
import type { IdempotentRequest } from '../../session/domain/idempotent-request';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import { KEY_LIFETIME_MS } from '../../session/ports/idempotency.store';
import { DataCipher } from '../guest/data-cipher';
import { contextOf } from './sealed-columns';
import type { Work } from '../database/unit-of-work';

/** Writes idempotency keys in the transactions of their sessions, with the stored responses encrypted. */
@Injectable()
export class IdempotencyWriter {
  constructor(private readonly cipher: DataCipher) {}

  /** Writes the key of a new session, or replaces one that has expired; returns whether the key was free. */
  async take(
    { db }: Work,
    { owner, operation, keyHash, fingerprint, openingBy }: IdempotentRequest,
    { conversationId, createdAt }: Readonly<SessionSnapshot>,
  ): Promise<boolean> {
    const use = {
      fingerprint,
      conversation_id: conversationId,
      opening_by: openingBy,
      answer: null,
      created_at: createdAt,
      expires_at: createdAt + KEY_LIFETIME_MS,
    };
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('idempotency_key')
      .values({ owner, operation, key_hash: keyHash, ...use })
      .onConflict((conflict) =>
        conflict
          .columns(['owner', 'operation', 'key_hash'])
          .doUpdateSet(use)
          .where('idempotency_key.expires_at', '<=', createdAt),
      )
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  /** Writes the disposition of the key of a session after its opening, if it has a key. */
  settle({ db, send }: Work, conversationId: string, outcome: KeyDisposition): void {
    if (outcome === 'forgotten') {
      send(db.deleteFrom('idempotency_key').where('conversation_id', '=', conversationId).compile());
      return;
    }
    const answer = this.cipher.seal(JSON.stringify(outcome), answerOf(conversationId));
    send(
      db
        .updateTable('idempotency_key')
        .set({ answer, opening_by: null })
        .where('conversation_id', '=', conversationId)
        .compile(),
    );
  }

  /** Reads a response as `settle` has written it. Throws `UnreadableDataError`. */
  read(sealed: string, conversationId: string): StoredResponse {
    return JSON.parse(this.cipher.open(sealed, answerOf(conversationId))) as StoredResponse;
  }
}

/** A response is bound to its session: copied to another one it cannot be read. */
function answerOf(conversationId: string): string {
  return contextOf({ table: 'idempotency_key', column: 'answer' }, conversationId);
}
