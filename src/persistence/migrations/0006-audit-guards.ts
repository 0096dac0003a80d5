import { type Kysely, sql } from 'kysely';
import type { Database } from '../database/database';
import type { Dialect } from '../database/dialect';

/** A record may be deleted when its segment is marked as dropped. */
const IS_DROPPED = `exists (
  select 1 from audit_segment s
  where s.chain = old.chain and old.seq between s.first_seq and s.last_seq and s.dropped_at is not null)`;

/** The only change that a segment allows is to be marked as dropped, once. */
const IS_ONLY_DROPPED = `old.dropped_at is null and new.dropped_at is not null and new.chain = old.chain
  and new.first_seq = old.first_seq and new.last_seq = old.last_seq
  and new.last_hash = old.last_hash and new.last_at = old.last_at`;

/** Makes the database itself refuse changes of what is written, whichever client attempts them. */
export async function guardAuditTables(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  for (const statement of dialect === 'postgres' ? POSTGRES : SQLITE) await sql.raw(statement).execute(db);
}

/** `insert or replace` removes a row without firing a delete trigger: hence the one for inserts. */
const SQLITE = [
  `create trigger audit_record_insert before insert on audit_record
   when exists (select 1 from audit_record r where r.chain = new.chain and r.seq = new.seq)
   begin select raise(abort, 'audit records are never replaced'); end`,
  `create trigger audit_record_update before update on audit_record
   begin select raise(abort, 'audit records are never changed'); end`,
  `create trigger audit_record_delete before delete on audit_record when not ${IS_DROPPED}
   begin select raise(abort, 'audit records are dropped by whole segments only'); end`,
  `create trigger audit_segment_insert before insert on audit_segment
   when exists (select 1 from audit_segment s where s.chain = new.chain and s.first_seq = new.first_seq)
   begin select raise(abort, 'audit segments are never replaced'); end`,
  `create trigger audit_segment_update before update on audit_segment when not (${IS_ONLY_DROPPED})
   begin select raise(abort, 'audit segments are never changed'); end`,
  `create trigger audit_segment_delete before delete on audit_segment
   begin select raise(abort, 'audit segments are never removed'); end`,
];

const POSTGRES = [
  `create function audit_refuse() returns trigger language plpgsql as $$
   begin raise exception 'audit records are never changed'; end $$`,
  `create function audit_record_may_go() returns trigger language plpgsql as $$
   begin
     if ${IS_DROPPED} then return old; end if;
     raise exception 'audit records are dropped by whole segments only';
   end $$`,
  `create function audit_segment_may_change() returns trigger language plpgsql as $$
   begin
     if ${IS_ONLY_DROPPED} then return new; end if;
     raise exception 'audit segments are never changed';
   end $$`,
  `create trigger audit_record_update before update on audit_record
   for each row execute function audit_refuse()`,
  `create trigger audit_record_delete before delete on audit_record
   for each row execute function audit_record_may_go()`,
  `create trigger audit_record_truncate before truncate on audit_record
   for each statement execute function audit_refuse()`,
  `create trigger audit_segment_update before update on audit_segment
   for each row execute function audit_segment_may_change()`,
  `create trigger audit_segment_delete before delete on audit_segment
   for each row execute function audit_refuse()`,
  `create trigger audit_segment_truncate before truncate on audit_segment
   for each statement execute function audit_refuse()`,
];
