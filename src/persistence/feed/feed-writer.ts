import { Clock } from '../../common/time/clock';
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { StateChange } from '../../events/domain/feed-event';
import { CommitSignal } from '../../common/commit-signal';
import { Spans } from '../../common/tracing/spans';
import type { MessageRequest } from '../../messages/ports/message.store';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { isAssignmentEvent, type SessionEvent } from '../../session/domain/session-event';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import type { ConversationEventTable } from '../database/database';
import { insertingInto } from '../database/inserting-rows';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { COUNTERS } from '../replica/counters';

type Row = Omit<ConversationEventTable, 'written'>;
type Whose = Pick<Row, 'conversation_id' | 'owner'>;

const insertingChanges = insertingInto<Row>('conversation_event');

/** A message that is there already is no new one. */
const insertingNew = prepared((db, { rows }: { readonly rows: readonly Row[] }) =>
  db
    .insertInto('conversation_event')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id'),
);

const takingPositions = prepared((db, { name, count }: { readonly name: string; readonly count: number }) =>
  db
    .updateTable('counter')
    .set((eb) => ({ value: eb('value', '+', count) }))
    .where('name', '=', name)
    .returning('value'),
);

/** Writes the feed, in the transaction of the change and under the lock of the session; signals after the commit. */
@Injectable()
export class FeedWriter {
  constructor(
    private readonly guests: GuestDataEncryption,
    private readonly commits: CommitSignal,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes the facts that were reported, and then the session's new state if it has moved. The session object still has the
   * version from before the save.
   */
  async writeChanges(
    work: Work,
    session: Readonly<SessionSnapshot>,
    { isMoved, reported }: { readonly isMoved: boolean; readonly reported: readonly SessionEvent[] },
  ): Promise<void> {
    const change = changeOf(session);
    const changes: readonly (readonly [at: number, StateChange])[] = [
      ...reported.map((event) => [event.occurredAt, { ...change, ...factOf(event) }] as const),
      ...(isMoved ? [[this.clock.now(), change] as const] : []),
    ];
    const rows = changes.map(([at, body]) => this.changeRowOf(session, at, body));
    work.send(insertingChanges(work, { rows: await placed(work, rows) }));
    this.notifyAfter(work);
  }

  /** Returns the messages that were new, in the order given. */
  async writeMessages(
    work: Work,
    whose: Whose,
    requests: readonly MessageRequest[],
  ): Promise<readonly ConversationMessage[]> {
    const rows = requests.map(({ message, fingerprint }): Row => {
      const row = this.rowOf(whose);
      return {
        ...row,
        kind: 'message',
        message_id: message.id,
        reference: message.reference ?? null,
        fingerprint: fingerprint ?? null,
        at: Date.parse(message.sentAt),
        body: this.guests.encryptMessage(JSON.stringify(message), row.id),
      };
    });
    const inserted = await work.ask(insertingNew(work, { rows: await placed(work, rows) }));
    if (inserted.rows.length > 0) this.notifyAfter(work);
    const ids = new Set(inserted.rows.map(({ id }) => id));
    return requests.flatMap(({ message }, index) => (ids.has(rows[index]?.id ?? '') ? [message] : []));
  }

  private changeRowOf(
    { conversationId, owner }: Readonly<SessionSnapshot>,
    at: number,
    change: StateChange,
  ): Row {
    return {
      ...this.rowOf({ conversation_id: conversationId, owner }),
      kind: 'state',
      message_id: null,
      reference: null,
      fingerprint: null,
      at,
      body: JSON.stringify(change),
    };
  }

  private rowOf(whose: Whose): Whose & Pick<Row, 'id' | 'position' | 'traceparent'> {
    return { ...whose, id: randomUUID(), position: null, traceparent: Spans.traceparent };
  }

  private notifyAfter(work: Work): void {
    work.afterCommit(() => {
      this.commits.notify('feed');
    });
  }
}

/**
 * Gives rows their positions on a database with one writer, whose commits cannot overtake each other. On PostgreSQL
 * they get them later, once it is certain which rows were committed (`numberEvents`).
 */
async function placed(work: Work, rows: readonly Row[]): Promise<readonly Row[]> {
  if (work.dialect === 'postgres') return rows;
  const taken = takingPositions(work, { name: COUNTERS.feed, count: rows.length });
  const [counter] = (await work.ask(taken)).rows;
  if (counter === undefined) throw new Error('The feed has no counter.');
  const first = counter.value - rows.length + 1;
  return rows.map((row, index) => ({ ...row, position: first + index }));
}

function changeOf(session: Readonly<SessionSnapshot>): StateChange {
  const { state, endReason, endCause, version, genesysConversationId, platformReport } = session;
  const { endedBy, disconnectType } = platformReport ?? {};
  return {
    state,
    ...(endReason === null ? {} : { endReason }),
    ...(endCause === null ? {} : { endCause }),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(disconnectType === undefined ? {} : { disconnectType }),
    version: version + 1,
    ...(genesysConversationId === undefined ? {} : { genesysConversationId }),
  };
}

/** Without the notes and tags of a wrap-up, which the feed does not encrypt: the session itself has them. */
function factOf({ state, metadata }: SessionEvent): Pick<StateChange, 'event' | 'facts'> {
  const { assignment, assignedQueueId, userId, declined, wrapUpCode } = metadata;
  const facts = { assignment, assignedQueueId, userId, declined, wrapUpCode };
  return {
    ...(isAssignmentEvent(state) ? { event: state } : {}),
    facts: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  };
}
