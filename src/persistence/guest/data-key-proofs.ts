import { type Insertable, type Kysely, sql } from 'kysely';
import type { DataKey } from '../../config/data-key-list';
import type { Database, DataKeyTable } from '../database/database';
import { DataCipher } from './data-cipher';
import { DataKeyError, UnreadableDataError } from '../persistence.errors';
import { SEALED_COLUMNS } from '../session/sealed-columns';

/** What `data_key` calls texts that stand in clear, from before there was encryption. */
export const IN_CLEAR = '';
/** What every key seals once, so that it can be recognized. */
const PROOF = 'guest-sessions';

/**
 * Makes sure that everything stored can be read: throws `DataKeyError` when a key is not the one that was used under
 * its id before, or when one is missing that data is encrypted with; then nothing was changed. Remembers keys that are
 * new. `data_key` names every key that stored texts may be under.
 */
export async function admitDataKeys(db: Kysely<Database>, keys: readonly DataKey[]): Promise<void> {
  const rows = await db.selectFrom('data_key').selectAll().execute();
  const known = new Map(rows.map(({ id, proof }) => [id, proof]));
  for (const key of keys) {
    const proof = known.get(key.id);
    if (proof !== undefined && !opens(key, proof)) throw DataKeyError.another(key.id);
  }
  const given = new Set([IN_CLEAR, ...keys.map(({ id }) => id)]);
  for (const id of known.keys()) {
    if (!given.has(id) && (await isInUse(db, id))) throw DataKeyError.missing(id);
  }
  const added = keys.filter(({ id }) => !known.has(id)).map((key) => ({ id: key.id, proof: proofOf(key) }));
  if (added.length === 0) return;
  await remember(db, added);
  // Another process may have remembered another key under the same id a moment ago.
  await admitDataKeys(db, keys);
}

/** Nothing is overwritten. */
async function remember(db: Kysely<Database>, added: readonly Insertable<DataKeyTable>[]): Promise<void> {
  await db
    .insertInto('data_key')
    .values(added)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

function proofOf(key: DataKey): string {
  return new DataCipher([key]).seal(PROOF, contextOfProof(key));
}

function opens(key: DataKey, proof: string): boolean {
  try {
    return new DataCipher([key]).open(proof, contextOfProof(key)) === PROOF;
  } catch (error) {
    if (error instanceof UnreadableDataError) return false;
    throw error;
  }
}

function contextOfProof({ id }: DataKey): string {
  return `data_key/${id}/proof`;
}

/** Looks through whole tables, which only happens when a key was taken out early. */
async function isInUse(db: Kysely<Database>, keyId: string): Promise<boolean> {
  for (const { table, column } of SEALED_COLUMNS) {
    const { rows } = await sql`
      select 1 from ${sql.table(table)} where ${sql.ref(column)} like ${`enc:${keyId}:%`} limit 1`.execute(
      db,
    );
    if (rows.length > 0) return true;
  }
  return false;
}
