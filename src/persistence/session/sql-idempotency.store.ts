import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock';
import type { IdempotentRequest } from '../../session/domain/idempotent-request';
import { IdempotencyStore, type KeptRequest } from '../../session/ports/idempotency.store';
import { ofFewLengths } from '../database/dialect';
import { prepared } from '../database/prepared';
import { IdempotencyWriter } from './idempotency-writer';
import { UnitOfWork } from '../database/unit-of-work';

type Wanted = Pick<IdempotentRequest, 'owner' | 'operation' | 'keyHash'> & { readonly now: number };

const finding = prepared((db, { owner, operation, keyHash, now }: Wanted) =>
  db
    .selectFrom('idempotency_key')
    .selectAll()
    .where('owner', '=', owner)
    .where('operation', '=', operation)
    .where('key_hash', '=', keyHash)
    .where('expires_at', '>', now),
);

/** Callers' idempotency keys in SQL. */
@Injectable()
export class SqlIdempotencyStore extends IdempotencyStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: IdempotencyWriter,
    private readonly clock: Clock,
  ) {
    super();
  }

  async find({ owner, operation, keyHash }: IdempotentRequest): Promise<KeptRequest | undefined> {
    const wanted = { owner, operation, keyHash, now: this.clock.now() };
    const { rows } = await this.unitOfWork.query((db, dialect) =>
      db.executeQuery(finding({ db, dialect }, wanted)),
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const { fingerprint, conversation_id: conversationId, answer } = row;
    return {
      fingerprint,
      conversationId,
      ...(answer === null ? {} : { answer: this.keys.read(answer, row.conversation_id) }),
    };
  }

  async claim({ owner, operation, keyHash, openingBy }: IdempotentRequest): Promise<boolean> {
    const { numUpdatedRows } = await this.unitOfWork.query((db) =>
      db
        .updateTable('idempotency_key')
        .set({ opening_by: openingBy })
        .where('owner', '=', owner)
        .where('operation', '=', operation)
        .where('key_hash', '=', keyHash)
        .where('answer', 'is', null)
        .where((eb) =>
          eb.or([
            eb('opening_by', 'is', null),
            eb('opening_by', '=', openingBy),
            eb('opening_by', 'in', eb.selectFrom('replica').select('id').where('is_lost', '=', 1)),
          ]),
        )
        .executeTakeFirstOrThrow(),
    );
    return numUpdatedRows > 0n;
  }

  async forgetClaims(conversationIds: readonly string[]): Promise<string[]> {
    if (conversationIds.length === 0) return [];
    const rows = await this.unitOfWork.query((db) =>
      db
        .updateTable('idempotency_key')
        .set({ opening_by: null })
        .where('answer', 'is', null)
        .where('conversation_id', 'in', ofFewLengths(conversationIds))
        .returning('conversation_id')
        .execute(),
    );
    return rows.map(({ conversation_id }) => conversation_id);
  }

  async purge(now: number, limit: number): Promise<number> {
    const { numDeletedRows } = await this.unitOfWork.query((db) =>
      db
        .deleteFrom('idempotency_key')
        .where('conversation_id', 'in', (eb) =>
          eb
            .selectFrom('idempotency_key as old')
            .select('old.conversation_id')
            .where('old.expires_at', '<=', now)
            .orderBy('old.expires_at')
            .limit(limit),
        )
        // By now the row may belong to a new use of the key.
        .where('expires_at', '<=', now)
        .executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  }
}
