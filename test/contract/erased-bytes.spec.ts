import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { createStorage, TestStores, type TestStorage } from '../support/persistence-harness';
import { deliverAll } from './queued-sessions';

const TOKEN = 'jwt_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

describe('the files of SQLite', () => {
  let storage: TestStorage;
  let stores: TestStores;
  let secrets: string[];

  /** Writes other guests of all sizes before and after the guest, so that the database moves the guest's rows. */
  beforeEach(async () => {
    storage = await createStorage('sqlite');
    stores = await TestStores.open(storage.config);
    await others(30);
    const facts = { guestToken: TOKEN, name: 'Ada Lovelace', disclosesGuestToken: true };
    const session = await stores.activated(1_000, facts);
    await others(30);
    session.lose('gone', 2_000);
    await stores.sessions.save(session);
    await others(30);
    secrets = await textsOf(session.conversationId);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  async function others(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      const facts = {
        guestToken: `jwt_${made}`,
        name: 'x'.repeat((made * 37) % 128),
        disclosesGuestToken: true,
      };
      const session = await stores.activated(1_000, facts);
      session.lose('gone', 2_000);
      await stores.sessions.save(session);
    }
  }

  /** Returns the guest's stored texts in encrypted form. */
  async function textsOf(conversationId: string): Promise<string[]> {
    const { db } = stores.connection;
    const session = await db
      .selectFrom('session')
      .select(['name', 'guest_token'])
      .where('conversation_id', '=', conversationId)
      .executeTakeFirstOrThrow();
    const events = await db
      .selectFrom('session_event')
      .select('metadata')
      .where('conversation_id', '=', conversationId)
      .execute();
    return [session.name, session.guest_token, ...events.map(({ metadata }) => metadata)];
  }

  /** Returns the texts that any file contains, in whole or in part. */
  function found(texts: readonly string[]): string[] {
    const names = ['guest-sessions.db', 'guest-sessions.db-wal', 'guest-sessions.db-journal'];
    const paths = names.map((name) => join(storage.config.dataDir, name)).filter((path) => existsSync(path));
    const bytes = paths.map((path) => readFileSync(path));
    return texts.filter((text) => {
      const parts = [text, text.slice(0, 24), text.slice(24, 48), text.slice(-24)].filter(
        (part) => part.length > 6,
      );
      return parts.some((part) => bytes.some((content) => content.includes(part)));
    });
  }

  it('contain encrypted texts, and no plain ones', () => {
    expect(found(secrets)).toEqual(secrets);
    expect(secrets).toHaveLength(4);
    expect(found([TOKEN, 'Ada Lovelace'])).toEqual([]);
  });

  it('contain no text of an erased guest, not even encrypted', async () => {
    await stores.guests.erase(guestRefOf(TOKEN), 5_000);

    expect(found(secrets)).toEqual([]);
  });

  it('contain no text of removed sessions', async () => {
    await deliverAll(stores);
    await expect(stores.archive.purge(1e12, 1_000)).resolves.toBe(91);

    expect(found(secrets)).toEqual([]);
  });

  it('contain no text under an old key after the re-encryption', async () => {
    await stores.close();
    const keys = [
      newDataKey('k2'),
      ...storage.config.dataKeys.map(({ id, key }) => `${id}:${key.toString('base64')}`),
    ];
    stores = await TestStores.open(new StorageConfig({ DATA_DIR: storage.config.dataDir, DATA_KEY: keys }));
    let position = (await stores.dataKeys.renew(100)).next;
    while (position !== undefined) position = (await stores.dataKeys.renew(100, position)).next;
    await stores.dataKeys.retire(['k1']);

    expect(found(secrets)).toEqual([]);
    expect(found(['enc:k1:'])).toEqual([]);
  });
});
