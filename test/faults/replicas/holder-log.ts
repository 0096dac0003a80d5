import { administrate } from '../../support/postgres';

/** A change of a session's holder or state, as the database has committed it. */
export interface HolderChange {
  /** Epoch milliseconds by this machine's clock, at most one transaction before others could see the change. */
  readonly at: number;
  readonly conversationId: string;
  readonly holder: string;
  readonly state: string;
}

/** The lease of one process of a replica. */
export interface ReplicaLease {
  readonly id: string;
  readonly address: string;
  /** End of its lease; absent while the lease is valid. */
  readonly lostAt?: number;
}

const NOW = `(extract(epoch from clock_timestamp()) * 1000)::float8`;
const SCHEMA = `
  create table chaos_holder (
    place bigserial primary key, at float8 not null default ${NOW},
    conversation_id text not null, holder text not null, state text not null);
  create table chaos_lease (id text primary key, address text not null, lost_at float8);
  create function chaos_log_holder() returns trigger language plpgsql as $$ begin
    if tg_op = 'INSERT' or (new.holder, new.state) is distinct from (old.holder, old.state) then
      insert into chaos_holder (conversation_id, holder, state) values (new.conversation_id, new.holder, new.state);
    end if;
    return new;
  end $$;
  create function chaos_log_lease() returns trigger language plpgsql as $$ begin
    insert into chaos_lease values (new.id, new.address, case new.is_lost when 1 then ${NOW} end)
      on conflict (id) do update set lost_at = coalesce(chaos_lease.lost_at, excluded.lost_at);
    return new;
  end $$;
  create trigger chaos_holder after insert or update on session for each row execute function chaos_log_holder();
  create trigger chaos_lease after insert or update of is_lost on replica for each row execute function chaos_log_lease();
  insert into chaos_lease select id, address from replica where is_lost = 0;
`;

/**
 * A log of holders that database triggers write in the service's transactions, so that it is complete even when
 * processes are killed.
 */
export class HolderLog {
  private constructor(private readonly databaseUrl: string) {}

  /** Has to be called before the first session. */
  static async open(databaseUrl: string): Promise<HolderLog> {
    await administrate(databaseUrl, SCHEMA);
    return new HolderLog(databaseUrl);
  }

  /** Returns the changes in the order of their commits. */
  async changes(): Promise<HolderChange[]> {
    const rows = await administrate(
      this.databaseUrl,
      'select at, conversation_id as "conversationId", holder, state from chaos_holder order by place',
    );
    return rows as unknown as HolderChange[];
  }

  async leases(): Promise<ReadonlyMap<string, ReplicaLease>> {
    const rows = await administrate(this.databaseUrl, 'select * from chaos_lease');
    return new Map(
      rows.map(({ id, address, lost_at: lostAt }) => [
        String(id),
        { id: String(id), address: String(address), ...(lostAt === null ? {} : { lostAt: Number(lostAt) }) },
      ]),
    );
  }
}
