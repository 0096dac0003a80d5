import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { ReencryptionStore, type WalkPosition, type WalkStep } from '../../privacy/ports/reencryption.store';
import { DataCipher } from './data-cipher';
import type { Database } from '../database/database';
import { forgetOverwritten } from '../database/dialect';
import { UnreadableDataError } from '../persistence.errors';
import { contextOf, ENCRYPTED_COLUMNS, type EncryptedColumn } from '../session/encrypted-columns';
import { UnitOfWork } from '../database/unit-of-work';

const BEGINNING: WalkPosition = { place: 0, key: '' };

interface StoredText {
  readonly key: string;
  readonly text: string;
}

interface Replacement extends StoredText {
  readonly renewed: string;
}

/** The keys in SQL. A walk goes through `ENCRYPTED_COLUMNS` one by one, in the order of the rows' keys. */
@Injectable()
export class SqlReencryptionStore extends ReencryptionStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: DataCipher,
  ) {
    super();
  }

  async outdated(): Promise<readonly string[]> {
    const rows = await this.unitOfWork.query((db) =>
      db.selectFrom('data_key').select('id').where('id', '<>', this.cipher.keyId).orderBy('id').execute(),
    );
    return rows.map(({ id }) => id);
  }

  async renew(limit: number, { place, key }: WalkPosition = BEGINNING): Promise<WalkStep> {
    const column = ENCRYPTED_COLUMNS[place];
    if (column === undefined) return { renewed: 0, unreadable: [] };
    const texts = await this.unitOfWork.query((db) => textsAfter(db, column, key, limit));
    const outdated = texts.filter(({ text }) => this.isOutdated(column, text));
    const { replacements, unreadable } = this.encryptAgain(column, outdated);
    const renewed = await this.replace(column, replacements);
    const done = { renewed, unreadable };
    const last = texts.at(-1);
    if (last !== undefined && texts.length === limit) return { ...done, next: { place, key: last.key } };
    const hasMore = place + 1 < ENCRYPTED_COLUMNS.length;
    return { ...done, ...(hasMore ? { next: { place: place + 1, key: '' } } : {}) };
  }

  async retire(keyIds: readonly string[]): Promise<void> {
    if (keyIds.length === 0) return;
    await this.unitOfWork.run(({ db }) => db.deleteFrom('data_key').where('id', 'in', keyIds).execute());
    await this.unitOfWork.query(forgetOverwritten);
  }

  private isOutdated({ isSecret }: EncryptedColumn, text: string): boolean {
    return this.cipher.isEncrypted(text) ? !this.cipher.isCurrent(text) : isSecret(text);
  }

  private encryptAgain(
    column: EncryptedColumn,
    texts: readonly StoredText[],
  ): { readonly replacements: readonly Replacement[]; readonly unreadable: readonly string[] } {
    const replacements: Replacement[] = [];
    const unreadable: string[] = [];
    for (const { key, text } of texts) {
      const context = contextOf(column, key);
      try {
        replacements.push({
          key,
          text,
          renewed: this.cipher.encrypt(this.cipher.decrypt(text, context), context),
        });
      } catch (error) {
        if (!(error instanceof UnreadableDataError)) throw error;
        unreadable.push(context);
      }
    }
    return { replacements, unreadable };
  }

  /** Returns the number of texts that were still unchanged. */
  private async replace(column: EncryptedColumn, replacements: readonly Replacement[]): Promise<number> {
    if (replacements.length === 0) return 0;
    return this.unitOfWork.run(async ({ db }) => {
      let count = 0;
      for (const replacement of replacements) count += await replaceOne(db, column, replacement);
      return count;
    });
  }
}

async function textsAfter(
  db: Kysely<Database>,
  { table, key, column }: EncryptedColumn,
  after: string,
  limit: number,
): Promise<readonly StoredText[]> {
  const { rows } = await sql<StoredText>`
    select ${sql.ref(key)} as "key", ${sql.ref(column)} as "text" from ${sql.table(table)}
    where ${sql.ref(key)} > ${after} and ${sql.ref(column)} is not null order by ${sql.ref(key)} limit ${limit}`.execute(
    db,
  );
  return rows;
}

/** A concurrent change wins: the text was erased, or is already encrypted with the current key. */
async function replaceOne(
  db: Kysely<Database>,
  { table, key, column }: EncryptedColumn,
  replacement: Replacement,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update ${sql.table(table)} set ${sql.ref(column)} = ${replacement.renewed}
    where ${sql.ref(key)} = ${replacement.key} and ${sql.ref(column)} = ${replacement.text}`.execute(db);
  return Number(numAffectedRows);
}
