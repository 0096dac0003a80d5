import { Injectable } from '@nestjs/common';
import { actorOf } from '../../audit/domain/audit-actor';
import { chainOf, linked, type UnlinkedRecord } from '../../audit/domain/audit-chain';
import type { ChainLink } from '../../audit/domain/chain-link';
import type { AuditFact, AuditRecord } from '../../audit/domain/audit-record';
import { AuditListener } from '../../audit/ports/audit-listener';
import { RequestContext } from '../../common/logging/request-context';
import { type AddedByDatabase, linkingRecords, lockingHeadsOf } from './audit-linking';
import { insertingRecords, lockHead, movingHead } from './audit-statements';
import type { Work } from '../database/work';

/**
 * Writes audit records in the transaction of the change that they record, each chained to the one before it, and
 * publishes them after the commit. An append locks its chain until the commit, so it comes last in a transaction.
 * PostgreSQL links the records itself, in the round trip of the commit: a chain that is locked while this process is
 * busy elsewhere would hold up all others that append to it.
 */
@Injectable()
export class AuditWriter {
  private readonly waiting = new WeakMap<Work, AuditFact[]>();

  constructor(private readonly publisher: AuditListener) {}

  /** Queues the facts; the transaction fails if they cannot be written. */
  write(work: Work, facts: readonly AuditFact[]): void {
    if (facts.length === 0) return;
    // Each fact is a record of its own, also where the same fact is given twice.
    const all = facts.map((fact) => ({ ...fact }));
    const waiting = this.waiting.get(work);
    if (waiting !== undefined) {
      waiting.push(...all);
      return;
    }
    this.waiting.set(work, all);
    work.beforeCommit(() =>
      work.dialect === 'postgres' ? this.sendUnlinked(work, all) : this.append(work, all),
    );
  }

  private sendUnlinked(work: Work, facts: readonly AuditFact[]): Promise<void> {
    const chains = byChain(facts);
    const records = chains.flatMap(([chain, ofChain]) =>
      ofChain.map((fact) => ({ fact, record: completed(fact, chain) })),
    );
    work.send(
      lockingHeadsOf(
        work,
        chains.map(([chain]) => chain),
      ),
    );
    const recordOf = new Map<AuditFact, AuditRecord>();
    const linking = linkingRecords(
      work,
      records.map(({ record }) => record),
    );
    work.sendObserved(linking, ({ rows }) => {
      records.forEach(({ fact, record }, index) => {
        recordOf.set(fact, placed(record, rows[index] as AddedByDatabase));
      });
    });
    this.publishAfter(work, () => facts.flatMap((fact) => recordOf.get(fact) ?? []));
    return Promise.resolve();
  }

  private async append(work: Work, facts: readonly AuditFact[]): Promise<void> {
    const recordOf = new Map<AuditFact, AuditRecord>();
    for (const [chain, ofChain] of byChain(facts)) {
      const records = await extend(work, chain, ofChain);
      ofChain.forEach((fact, index) => {
        const record = records[index];
        if (record !== undefined) recordOf.set(fact, record);
      });
    }
    const records = facts.flatMap((fact) => recordOf.get(fact) ?? []);
    work.withCommit(insertingRecords(work, records));
    this.publishAfter(work, () => records);
  }

  private publishAfter(work: Work, recordsOf: () => readonly AuditRecord[]): void {
    work.afterCommit(() => {
      this.publisher.publish(recordsOf());
    });
  }
}

/** The facts by chain, in the order in which the heads are locked. All facts of a conversation are in one chain. */
function byChain(facts: readonly AuditFact[]): [number, AuditFact[]][] {
  const chains = new Map<number, AuditFact[]>();
  for (const fact of facts) {
    const chain = chainOf(fact.conversationId ?? fact.target.id);
    chains.set(chain, [...(chains.get(chain) ?? []), fact]);
  }
  return [...chains].sort(([a], [b]) => a - b);
}

/** Moves the head of a chain past the records of these facts, and returns the records. */
async function extend(
  work: Work,
  chain: number,
  facts: readonly AuditFact[],
): Promise<readonly AuditRecord[]> {
  const head = await lockHead(work, chain);
  let last: ChainLink = head;
  const records = facts.map((fact) => {
    const record = linked({ ...completed(fact, chain), at: new Date(head.now).toISOString() }, last);
    last = record;
    return record;
  });
  work.withCommit(movingHead(work, chain, last));
  return records;
}

function placed(record: UnlinkedRecord, { seq, at, prev_hash, hash }: AddedByDatabase): AuditRecord {
  return { ...record, seq, at: new Date(at).toISOString(), prevHash: prev_hash, hash };
}

function completed(fact: AuditFact, chain: number): UnlinkedRecord {
  return {
    schema: 1,
    chain,
    actor: fact.actor ?? actorOf(RequestContext),
    action: fact.action,
    target: fact.target,
    conversationId: fact.conversationId ?? null,
    outcome: fact.outcome ?? 'success',
    reason: fact.reason ?? null,
    requestId: RequestContext.requestId ?? null,
    before: fact.before ?? null,
    after: fact.after ?? null,
    detail: fact.detail ?? {},
  };
}
