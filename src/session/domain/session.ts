import { v4 as uuid } from 'uuid';
import type { AuditAction, AuditDetail, AuditFact, AuditOutcome } from '../../audit/domain/audit-record';
import { guestRefOf } from './guest-token';
import type { CrmState, SessionEvent } from './session-event';
import type { SessionSnapshot } from './session-snapshot';
import {
  type DisconnectMeans,
  endCauseOf,
  type EndReason,
  type SessionState,
  TRANSITIONS,
} from './session-state';
import { InvalidTransitionError } from './session.errors';

/** Moments that are this close are the same expiry. */
const SAME_EXPIRY_MS = 10_000;

/** What a change of a session causes, to be saved with it in one transaction. */
export interface SessionChanges {
  readonly events: readonly SessionEvent[];
  readonly audit: readonly AuditFact[];
}

/**
 * One guest's conversation, from the reservation of its slot to its end.
 *
 *   connecting ── activate ──▶ active ── end ──▶ terminating ── settle ──▶ terminated | disconnected
 *       └──────── fail ──────▶ failed   └─ lose ──────────────────────────────────────▶ disconnected
 *
 * The slot is held while `connecting` or `active`. Each transition collects the events and audit records it causes.
 * Ending what has ended already changes nothing and says so, because a lost heartbeat, an expiry and a request to
 * end may arrive together.
 */
export class Session {
  private events: SessionEvent[] = [];
  private audit: AuditFact[] = [];
  /** Who held it when it was read. */
  private heldSince: string;
  /** The state before the last transition. */
  private before: SessionState | undefined;

  private constructor(private readonly props: SessionSnapshot) {
    this.heldSince = props.holder;
  }

  static reserve(
    given: Pick<
      SessionSnapshot,
      | 'guestToken'
      | 'owner'
      | 'channel'
      | 'oauthClient'
      | 'queueId'
      | 'name'
      | 'locale'
      | 'capabilities'
      | 'durationLimit'
      | 'disclosesGuestToken'
      | 'guestContext'
    > & { readonly holder?: string },
    now: number,
  ): Session {
    return new Session({
      holder: '',
      ...given,
      guestRef: guestRefOf(given.guestToken),
      conversationId: uuid(),
      createdAt: now,
      state: 'connecting',
      endReason: null,
      endCause: null,
      startedAt: now,
      expiresAt: now + given.durationLimit * 1000,
      endedAt: null,
      disconnect: 'none',
      disconnectDueAt: null,
      disconnectAttempts: 0,
      lastSequence: 0,
      version: 0,
      upstreamExpiresAt: null,
      isAuthenticated: false,
      erasedAt: null,
    });
  }

  /** A session as it was stored. */
  static restore(snapshot: SessionSnapshot): Session {
    return new Session({ ...snapshot });
  }

  get snapshot(): Readonly<SessionSnapshot> {
    return this.props;
  }

  get conversationId(): string {
    return this.props.conversationId;
  }

  get state(): SessionState {
    return this.props.state;
  }

  get isLive(): boolean {
    return this.props.state === 'connecting' || this.props.state === 'active';
  }

  /** Who held it when it was read, or saved last: a save is conditional on that. */
  get heldBy(): string {
    return this.heldSince;
  }

  /**
   * It is opened from now on, by `holder` if that is another one, with all the time that an opening has. Returns whether
   * anything changed.
   */
  restart(now: number, holder: string = this.props.holder): boolean {
    if (this.props.state !== 'connecting') return false;
    this.props.holder = holder;
    this.props.startedAt = now;
    this.props.expiresAt = now + this.props.durationLimit * 1000;
    return true;
  }

  /**
   * Genesys accepted the conversation, and may let it expire at a certain time: the duration starts to count, the CRM hears `connected`.
   */
  activate(now: number, upstreamExpiresAt?: number, isAuthenticated = false): void {
    this.moveTo('active');
    this.props.startedAt = now;
    this.props.expiresAt = now + this.props.durationLimit * 1000;
    if (upstreamExpiresAt !== undefined) this.expiresUpstream(upstreamExpiresAt);
    this.tell('connected', now);
    const { channel, queueId, durationLimit } = this.props;
    this.record('SESSION_INITIALIZED', { channel, queueId, durationLimit });
    if (isAuthenticated) this.authenticate();
  }

  /**
   * The session never came to life. With `outcomeUnknown` Genesys may hold the conversation all the same, so it is
   * disconnected there. `endCause` is the platform's own word for its refusal. Returns whether anything changed.
   */
  fail(
    reason: EndReason,
    now: number,
    cause: { code?: string; outcomeUnknown: boolean; endCause?: string | undefined },
  ): boolean {
    if (this.props.state !== 'connecting') return false;
    this.moveTo('failed');
    this.finish(reason, now, cause.endCause);
    if (cause.outcomeUnknown) this.scheduleDisconnect(now);
    const detail = { reason, ...(cause.code === undefined ? {} : { error: cause.code }) };
    this.record('SESSION_FAILED', detail, 'failure');
    return true;
  }

  /** Starts the end of an active session; the upstream disconnect is due at once. Returns whether anything changed. */
  end(reason: EndReason, now: number): boolean {
    if (this.props.state !== 'active') return false;
    this.moveTo('terminating');
    this.finish(reason, now);
    this.scheduleDisconnect(now);
    // What a caller did. All other reasons are the service's own, and told with the final state.
    if (reason === 'requested') this.record('SESSION_END_REQUESTED');
    return true;
  }

  /** Ends an active session whose time is over. Returns whether anything changed: its end may lie ahead once more. */
  expire(now: number): boolean {
    return this.props.expiresAt <= now && this.end('duration-limit', now);
  }

  /** Genesys accepted the guest's login. Returns whether anything changed; another login is a change as well. */
  authenticate(): boolean {
    if (this.props.state !== 'active') return false;
    this.props.isAuthenticated = true;
    this.record('GUEST_AUTHENTICATED');
    return true;
  }

  /** A caller wants the guest logged out, which Genesys is asked for next. Returns whether there is anything to do. */
  requestLogOut(): boolean {
    if (this.props.state !== 'active' || !this.props.isAuthenticated) return false;
    this.record('GUEST_LOGOUT_REQUESTED');
    return true;
  }

  /**
   * Genesys says that the conversation is over, with `endCause` as its own word for that: there is nothing left to
   * disconnect. Returns whether anything changed.
   */
  lose(reason: EndReason, now: number, endCause?: string): boolean {
    if (this.props.state !== 'active') return false;
    this.moveTo('disconnected');
    this.finish(reason, now, endCause);
    this.conclude(now);
    return true;
  }

  /**
   * The upstream says when it lets the session expire. What lies beyond the session's own limit is not noted, and
   * neither is a small difference: every message moves it. Returns whether anything changed.
   */
  expiresUpstream(expiresAt: number): boolean {
    const next = expiresAt < this.props.expiresAt ? expiresAt : null;
    const known = this.props.upstreamExpiresAt;
    const isSame =
      next === known || (next !== null && known !== null && Math.abs(next - known) < SAME_EXPIRY_MS);
    if (this.props.state !== 'active' || isSame) return false;
    this.props.upstreamExpiresAt = next;
    return true;
  }

  /** Genesys' own id of the conversation became known; it is kept for good. Returns whether anything changed. */
  identifyUpstream(genesysConversationId: string): boolean {
    if (this.props.state !== 'active' || this.props.genesysConversationId !== undefined) return false;
    this.props.genesysConversationId = genesysConversationId;
    return true;
  }

  /** The upstream disconnect failed and is tried again at `dueAt`. */
  postponeDisconnect(dueAt: number): void {
    this.props.disconnectAttempts += 1;
    this.props.disconnectDueAt = dueAt;
  }

  /**
   * The upstream side is settled one way or the other, by `means` where there are several; a `terminating` session
   * reaches its final state.
   */
  settleDisconnect(outcome: 'confirmed' | 'unconfirmed', now: number, means?: DisconnectMeans): void {
    this.props.disconnect = outcome;
    this.props.disconnectDueAt = null;
    if (this.props.state !== 'terminating') return;
    this.moveTo(this.props.endReason === 'heartbeat-lost' ? 'disconnected' : 'terminated');
    this.conclude(now, means);
  }

  /** Hands over, once, what has to be saved together with the session. */
  pullChanges(): SessionChanges {
    const changes = { events: this.events, audit: this.audit };
    this.events = [];
    this.audit = [];
    return changes;
  }

  /** As it will be known once it is saved. */
  get onceSaved(): Session {
    return Session.restore({ ...this.props, version: this.props.version + 1 });
  }

  /** The store has saved this version: the next save is conditional on the row that it wrote. */
  saved(): void {
    this.props.version += 1;
    this.heldSince = this.props.holder;
  }

  private moveTo(next: SessionState): void {
    if (!TRANSITIONS[this.props.state].includes(next))
      throw new InvalidTransitionError(this.props.state, next);
    this.before = this.props.state;
    this.props.state = next;
  }

  private finish(reason: EndReason, now: number, endCause?: string): void {
    this.props.endReason = reason;
    this.props.endCause = endCauseOf(endCause);
    this.props.endedAt = now;
  }

  private scheduleDisconnect(now: number): void {
    this.props.disconnect = 'pending';
    this.props.disconnectDueAt = now;
  }

  private conclude(now: number, means?: DisconnectMeans): void {
    const state = this.props.state === 'terminated' ? 'terminated' : 'disconnected';
    this.tell(state, now);
    this.record(state === 'terminated' ? 'SESSION_TERMINATED' : 'SESSION_DISCONNECTED', {
      upstream: this.props.disconnect === 'none' ? 'gone' : this.props.disconnect,
      ...(means === undefined ? {} : { means }),
      lifetimeMs: (this.props.endedAt ?? now) - this.props.startedAt,
    });
  }

  private tell(state: CrmState, now: number): void {
    this.props.lastSequence += 1;
    const { channel, queueId, locale, durationLimit, guestToken, guestRef, endReason } = this.props;
    const { endCause, genesysConversationId } = this.props;
    this.events.push({
      id: uuid(),
      conversationId: this.conversationId,
      sequence: this.props.lastSequence,
      state,
      occurredAt: now,
      metadata: {
        channel,
        queueId,
        locale,
        durationLimit,
        ...(this.props.disclosesGuestToken && guestToken !== ''
          ? { guestIdToken: guestToken }
          : { guestRef }),
        ...(endReason === null ? {} : { endReason }),
        ...(endCause === null ? {} : { endCause }),
        ...(genesysConversationId === undefined ? {} : { genesysConversationId }),
      },
    });
  }

  private record(action: AuditAction, detail: AuditDetail = {}, outcome: AuditOutcome = 'success'): void {
    const { conversationId, guestRef, endReason, endCause, state } = this.props;
    this.audit.push({
      action,
      target: { type: 'session', id: conversationId },
      conversationId,
      outcome,
      ...(endReason === null ? {} : { reason: endReason }),
      ...(this.before === undefined ? {} : { before: this.before }),
      after: state,
      detail: {
        ...detail,
        guestRef,
        ...(endReason === null ? {} : { endReason }),
        ...(endCause === null ? {} : { endCause }),
      },
    });
  }
}
