import { sql } from 'kysely';
import { openPostgres, traitsOf } from '../../src/persistence/database/postgres-database';
import {
  createEmptyStorage,
  limits,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { administrate } from '../support/postgres';
import { HAS_PGBOUNCER, PgBouncer } from '../support/pgbouncer';

const [describeOrSkip, where] = HAS_PGBOUNCER
  ? ([describe, ''] as const)
  : ([describe.skip, ' (skipped: pgbouncer is not installed)'] as const);

/** More clients than the pooler has connections to the server. */
const AT_A_TIME = 8;

let storage: TestStorage;
let stores: TestStores;

beforeEach(async () => {
  storage = await createEmptyStorage('postgres');
  stores = await TestStores.open(storage.config);
});

afterEach(async () => {
  await stores.close();
  await storage.remove();
});

const url = (): string => storage.config.databaseUrl ?? '';

describe('named statements', () => {
  it('are planned once for each direct connection to the server', async () => {
    const { conversationId } = await stores.activated();
    await stores.get(conversationId);
    await stores.get(conversationId);
    const { rows } = await sql<{ uses: number }>`
      select generic_plans + custom_plans as uses from pg_prepared_statements
      where statement like 'select * from "session" where "conversation_id" = %'`.execute(
      stores.connection.db,
    );

    expect(rows).toEqual([{ uses: 2 }]);
  });

  it('outlive a change of the schema, in transactions and outside', async () => {
    const session = await stores.activated();
    await stores.get(session.conversationId);
    await stores.unitOfWork.run(({ db }) =>
      db.selectFrom('session').selectAll().where('conversation_id', '=', session.conversationId).execute(),
    );
    await administrate(url(), 'alter table session add column of_a_later_release text');

    await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'active');
    await administrate(url(), 'alter table session add column of_the_one_after text');
    const found = await stores.unitOfWork.run(({ db }) =>
      db.selectFrom('session').selectAll().where('conversation_id', '=', session.conversationId).execute(),
    );
    expect(found).toHaveLength(1);
  });
});

describeOrSkip(`named statements behind a pooler${where}`, () => {
  it('are not used with a pooler, whether it forwards them or not', async () => {
    const bouncer = await PgBouncer.start(url(), undefined, { ignoresLimits: true });
    await expect(traitsOf(bouncer.through(url()))).resolves.toEqual({
      takesSessionLimits: true,
      isDirect: false,
    });
    await expect(traitsOf(url())).resolves.toEqual({ takesSessionLimits: true, isDirect: true });
    await bouncer.stop();
  });

  it('are disabled after an error about an unknown statement', async () => {
    const bouncer = await PgBouncer.start(url());
    const db = openPostgres(bouncer.through(url()), { takesSessionLimits: false, isDirect: true });
    const pooled = TestStores.on(db, storage.config);
    for (let round = 0; round < 3; round += 1) {
      const asked = Array.from({ length: AT_A_TIME }, async () => {
        const session = newSession();
        await pooled.sessions.reserve(session, limits(1_000));
        session.activate(1_000);
        await pooled.sessions.save(session);
        return pooled.get(session.conversationId);
      });
      for (const session of await Promise.all(asked)) expect(session.snapshot.state).toBe('active');
    }
    await pooled.close();
    await bouncer.stop();
  });
});
