import { schemaChanges, untilWaiting, whileLocked } from '../../support/held-locks';
import { SeededRandom } from '../../support/seeded-random';
import { ServiceApi } from '../../support/service-api';
import { until } from '../../support/until';
import { waitFor } from '../../support/wait-for';
import {
  untilBeating,
  expireLease,
  untilHolding,
  extendLease,
  leaseIdOf,
  untilClaimed,
} from './replica-leases';
import { NextRelease } from './next-release';
import type { Replica } from './replica';
import { ReplicaLoad } from './replica-load';
import { ReplicaWorld } from './replica-world';
import { verdictOn } from './verdict';

const CAP = 60;
const CROWD = { guests: 12, residents: 10 };
const CALLERS = 2;
const A_LONG_READ = 'lock table session in access share mode';

describe('this release and the next one on one PostgreSQL', () => {
  const random = new SeededRandom();
  const next = new NextRelease();
  let world: ReplicaWorld;
  let load: ReplicaLoad;

  beforeAll(async () => {
    world = await ReplicaWorld.start({ environment: { SESSION_MAX_CONCURRENT: String(CAP) } });
    load = new ReplicaLoad(world, new SeededRandom(random.seed + 1), CROWD);
  });

  afterAll(async () => {
    await load[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    next[Symbol.dispose]();
  });

  it('work together while one replaces the other, without a loss', async () => {
    await random.explain(async () => {
      const [first, second, last] = inAnyOrder(world.replicas);
      load.start(CALLERS);
      await until(() => load.kept.length >= CROWD.residents);

      await expectStopped(first);
      first.install(next.entry);
      await expectNothingFromKilledMigration(first, second);

      const older = await kill(second);
      second.install(next.entry);
      await expectMigratedOnce(first, second);
      await expectTogether(last, second);
      await expectTakenOver(older, { by: [first, second], past: last });

      const newer = await kill(first);
      first.install();
      await expectRefused(first);
      await expectTakenOver(newer, { by: [last], past: second });
      first.install(next.entry);
      await first.start();

      await expectStopped(last);
      last.install(next.entry);
      await last.start();
      await load.stop();

      expect(await verdictOn(world, load, CAP)).toEqual([]);
      expect(load.ended.size).toBeGreaterThan(0);
    });
  });

  function inAnyOrder(replicas: readonly Replica[]): [Replica, Replica, Replica] {
    const from = random.between(0, 2);
    const [first, second, last] = [...replicas.slice(from), ...replicas.slice(0, from)];
    if (first === undefined || second === undefined || last === undefined)
      throw new Error('There are not three replicas.');
    return [first, second, last];
  }

  async function expectStopped(replica: Replica): Promise<void> {
    expect(await replica.stop()).toMatchObject({ code: 0 });
  }

  /** Kills a replica; returns the id of the killed process, which still holds its sessions. */
  async function kill(replica: Replica): Promise<string> {
    const leaseId = await leaseIdOf(world, replica);
    await untilHolding(world, leaseId, 3);
    await replica.kill();
    await extendLease(world, leaseId);
    return leaseId;
  }

  /**
   * A long transaction reads a table, and the one process that wants to change it is killed in the middle of that.
   */
  async function expectNothingFromKilledMigration(replica: Replica, beside: Replica): Promise<void> {
    const before = await schema();
    const { server } = world;
    await whileLocked(server.url, A_LONG_READ, async () => {
      const migrating = replica.spawn();
      try {
        await untilWaiting(server.url, 'relation');
        await expectServed(beside, beside);
        await untilWaiting(server.url, 'relation');
      } finally {
        await migrating.kill();
      }
    });
    await waitFor(async () => {
      expect(await schemaChanges(server.url)).toBe(0);
    });
    expect(await schema()).toEqual(before);
  }

  async function expectMigratedOnce(...replicas: readonly Replica[]): Promise<void> {
    const before = await schema();
    await Promise.all(replicas.map((replica) => replica.start()));
    expect((await schema()).migrations).toEqual([...before.migrations, next.migration]);
    expect(replicas.map(({ output }) => next.migrationsIn(output)).sort()).toEqual([0, 1]);
  }

  /** Checks that each replica beats for the sessions that it holds, and ends sessions of the other one. */
  async function expectTogether(one: Replica, other: Replica): Promise<void> {
    await expectServed(one, other);
    await expectServed(other, one);
    await untilBeating(world, await leaseIdOf(world, one));
    await untilBeating(world, await leaseIdOf(world, other));
  }

  async function expectServed(opening: Replica, ending: Replica): Promise<void> {
    const conversationId = await new ServiceApi(opening.url).opened();
    const { status } = await new ServiceApi(ending.url).end(conversationId);
    expect([200, 202]).toContain(status);
  }

  /** Checks that these replicas claim the sessions of a killed process, while the only other candidate is frozen. */
  async function expectTakenOver(
    leaseId: string,
    { by, past }: { readonly by: readonly Replica[]; readonly past: Replica },
  ): Promise<void> {
    past.freeze();
    await expireLease(world, leaseId);
    await untilClaimed(world, leaseId, by);
    past.thaw();
  }

  async function expectRefused(replica: Replica): Promise<void> {
    const leases = () => world.query(`select id from replica where address = '${replica.url}'`);
    const before = [await schema(), await leases()];
    const refused = replica.spawn();
    const { code } = await refused.exited;
    expect(code).toBe(1);
    expect(refused.stderr).toContain(
      `The database was changed by a newer release of this service (${next.migration}). ` +
        'Start that release or a later one.',
    );
    expect([await schema(), await leases()]).toEqual(before);
  }

  /** Returns the tables and their columns, and the migrations in order. */
  async function schema(): Promise<{ columns: string[]; migrations: string[] }> {
    const columns = await world.query(
      `select table_name || '.' || column_name as name from information_schema.columns
        where table_schema = 'public' order by name`,
    );
    const migrations = await world.query('select name from kysely_migration order by name');
    const namesOf = (rows: Record<string, unknown>[]): string[] => rows.map(({ name }) => String(name));
    return { columns: namesOf(columns), migrations: namesOf(migrations) };
  }
});
