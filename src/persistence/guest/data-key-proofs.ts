import { type Insertable, type Kysely, sql } from 'kysely';
import type { DataKey } from '../../config/data-key-list';
import type { Database, DataKeyTable } from '../database/database';
import { DataCipher } from './data-cipher';
import { DataKeyError, UnreadableDataError } from '../persistence.errors';
import { ENCRYPTED_COLUMNS } from '../session/encrypted-columns';

/** The id in `data_key` that stands for plain texts, from before encryption. */
export const IN_CLEAR = '';
/** The text that each key encrypts once, so that the key can be recognized. */
const PROOF = 'guest-sessions';

/**
 * Makes sure that all stored texts can be read. Throws `DataKeyError`, and changes nothing, when a key differs from
 * the one used under its id before or when a key is missing that data is encrypted with. Registers new keys, so that
 * `data_key` names every key that stored texts may be encrypted with.
 */
export async function admitDataKeys(db: Kysely<Database>, keys: readonly DataKey[]): Promise<void> {
  const known = await provenDataKeys(db, keys);
  const added = keys.filter(({ id }) => !known.has(id)).map((key) => ({ id: key.id, proof: proofOf(key) }));
  if (added.length === 0) return;
  await remember(db, added);
  // Another process may have registered another key under the same id a moment ago.
  await admitDataKeys(db, keys);
}

/**
 * The ids of the keys that stored texts may be encrypted with, once all of them can be read with `keys`. Throws
 * `DataKeyError` like `admitDataKeys`, and writes nothing.
 */
export async function provenDataKeys(
  db: Kysely<Database>,
  keys: readonly DataKey[],
): Promise<ReadonlySet<string>> {
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
  return new Set(known.keys());
}

/** Never overwrites a row. */
async function remember(db: Kysely<Database>, added: readonly Insertable<DataKeyTable>[]): Promise<void> {
  await db
    .insertInto('data_key')
    .values(added)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

function proofOf(key: DataKey): string {
  return new DataCipher([key]).encrypt(PROOF, contextOfProof(key));
}

function opens(key: DataKey, proof: string): boolean {
  try {
    return new DataCipher([key]).decrypt(proof, contextOfProof(key)) === PROOF;
  } catch (error) {
    if (error instanceof UnreadableDataError) return false;
    throw error;
  }
}

function contextOfProof({ id }: DataKey): string {
  return `data_key/${id}/proof`;
}

/** Scans whole tables, which only happens when a key was removed too early. */
async function isInUse(db: Kysely<Database>, keyId: string): Promise<boolean> {
  for (const { table, column } of ENCRYPTED_COLUMNS) {
    const { rows } = await sql`
      select 1 from ${sql.table(table)} where ${sql.ref(column)} like ${`enc:${keyId}:%`} limit 1`.execute(
      db,
    );
    if (rows.length > 0) return true;
  }
  return false;
}
