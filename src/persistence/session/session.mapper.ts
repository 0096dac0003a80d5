import type { Selectable } from 'kysely';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { Session } from '../../session/domain/session';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import type { SessionEvent } from '../../session/domain/session-event';
import { UNFINISHED_STATES } from '../../session/domain/session-state';
import type { DeliveryTable, SessionEventTable, SessionTable } from '../database/database';

/** The columns of a session that change while it lives; the others are written once. */
type ChangingColumns = Pick<
  SessionTable,
  | 'state'
  | 'end_reason'
  | 'end_cause'
  | 'started_at'
  | 'expires_at'
  | 'ended_at'
  | 'disconnect'
  | 'disconnect_due_at'
  | 'disconnect_attempts'
  | 'version'
  | 'upstream_expires_at'
  | 'holder'
  | 'genesys_conversation_id'
  | 'platform_report'
> &
  Partial<Pick<SessionTable, 'guest_credentials' | 'guest_context' | 'guest_address'>>;

/** The first row of a session, in plain text. */
export function toRow(session: Readonly<SessionSnapshot>): SessionTable {
  return {
    conversation_id: session.conversationId,
    guest_token: session.guestToken,
    guest_ref: session.guestRef,
    owner: session.owner,
    channel: session.channel,
    oauth_client: session.oauthClient,
    queue_id: session.queueId,
    name: session.name,
    locale: session.locale,
    capabilities: JSON.stringify(session.capabilities),
    duration_limit: session.durationLimit,
    discloses_guest_token: session.disclosesGuestToken ? 1 : 0,
    created_at: session.createdAt,
    last_sequence: session.lastSequence,
    erased_at: session.erasedAt,
    guest_credentials: null,
    guest_context: session.guestContext === undefined ? null : JSON.stringify(session.guestContext),
    guest_address: session.guestAddress ?? null,
    webhook_url: session.webhookUrl ?? null,
    wrap_up: session.wrapUp === undefined ? null : JSON.stringify(session.wrapUp),
    ...toChanges(session),
  };
}

/**
 * The columns that every save writes. It leaves out the guest's: a save must not undo an encryption with another key, or
 * an erasure. It deletes only the guest's credentials and context, once no upstream request will need them.
 */
export function toChanges(session: Readonly<SessionSnapshot>): ChangingColumns {
  return {
    state: session.state,
    end_reason: session.endReason,
    end_cause: session.endCause,
    started_at: session.startedAt,
    expires_at: session.expiresAt,
    ended_at: session.endedAt,
    disconnect: session.disconnect,
    disconnect_due_at: session.disconnectDueAt,
    disconnect_attempts: session.disconnectAttempts,
    version: session.version,
    upstream_expires_at: session.upstreamExpiresAt,
    holder: session.holder,
    genesys_conversation_id: session.genesysConversationId ?? null,
    platform_report: session.platformReport === undefined ? null : JSON.stringify(session.platformReport),
    ...(isOver(session)
      ? {
          guest_credentials: session.isAuthenticated ? '' : null,
          guest_context: null,
          guest_address: null,
        }
      : {}),
  };
}

function isOver({ state, disconnect }: Readonly<SessionSnapshot>): boolean {
  return !UNFINISHED_STATES.includes(state) && disconnect !== 'pending';
}

export function toSession(row: Selectable<SessionTable>): Session {
  return Session.restore({
    conversationId: row.conversation_id,
    guestToken: row.guest_token,
    guestRef: row.guest_ref,
    owner: row.owner,
    channel: row.channel,
    oauthClient: row.oauth_client,
    queueId: row.queue_id,
    name: row.name,
    locale: row.locale,
    capabilities: JSON.parse(row.capabilities) as string[],
    durationLimit: row.duration_limit,
    disclosesGuestToken: row.discloses_guest_token === 1,
    createdAt: row.created_at,
    state: row.state,
    endReason: row.end_reason,
    endCause: row.end_cause,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    disconnect: row.disconnect,
    disconnectDueAt: row.disconnect_due_at,
    disconnectAttempts: row.disconnect_attempts,
    lastSequence: row.last_sequence,
    version: row.version,
    erasedAt: row.erased_at,
    holder: row.holder,
    upstreamExpiresAt: row.upstream_expires_at,
    isAuthenticated: row.guest_credentials !== null,
    ...contextIn(row.guest_context),
    ...platformReportIn(row),
    ...(row.guest_address === null ? {} : { guestAddress: row.guest_address }),
    ...(row.genesys_conversation_id === null ? {} : { genesysConversationId: row.genesys_conversation_id }),
  });
}

function contextIn(stored: string | null): Pick<SessionSnapshot, 'guestContext'> {
  if (stored === null || stored === '') return {};
  return { guestContext: JSON.parse(stored) as NonNullable<SessionSnapshot['guestContext']> };
}

function platformReportIn(
  row: Pick<SessionTable, 'platform_report' | 'wrap_up'>,
): Pick<SessionSnapshot, 'platformReport' | 'wrapUp'> {
  const { platform_report: report, wrap_up: wrapUp } = row;
  return {
    ...(report === null
      ? {}
      : { platformReport: JSON.parse(report) as NonNullable<SessionSnapshot['platformReport']> }),
    // Empty if it cannot be decrypted.
    ...(wrapUp === null || wrapUp === ''
      ? {}
      : { wrapUp: JSON.parse(wrapUp) as NonNullable<SessionSnapshot['wrapUp']> }),
  };
}

/** The message is part of the metadata, and encrypted and erased with them. */
export function toEventRow(event: SessionEvent): SessionEventTable {
  const { metadata, message } = event;
  return {
    id: event.id,
    conversation_id: event.conversationId,
    sequence: event.sequence,
    state: event.state,
    occurred_at: event.occurredAt,
    metadata: JSON.stringify(message === undefined ? metadata : { ...metadata, message }),
    traceparent: null,
  };
}

export function toEvent(row: Omit<Selectable<SessionEventTable>, 'traceparent'>): SessionEvent {
  const { message, ...metadata } = JSON.parse(row.metadata) as Readonly<Record<string, unknown>>;
  return {
    id: row.id,
    conversationId: row.conversation_id,
    sequence: row.sequence,
    state: row.state,
    occurredAt: row.occurred_at,
    metadata: metadata as SessionEvent['metadata'],
    ...(message === undefined ? {} : { message: message as ConversationMessage }),
  };
}

/** A delivery is due from when it was queued: by default, from the time of its event. */
export function toDeliveryRow(event: SessionEvent, sink: string, queuedAt = event.occurredAt): DeliveryTable {
  return {
    event_id: event.id,
    sink,
    conversation_id: event.conversationId,
    sequence: event.sequence,
    status: 'pending',
    attempts: 0,
    queued_at: queuedAt,
    next_attempt_at: queuedAt,
    settled_at: null,
    last_error: null,
    claimed_by: null,
    claimed_until: null,
  };
}
