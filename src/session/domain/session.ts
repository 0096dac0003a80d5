import { v4 as uuid } from 'uuid';
import type { AuditAction, AuditDetail, AuditFact, AuditOutcome } from '../../audit/domain/audit-record';
import { assignmentFactsOf } from './assignment-facts';
import { guestRefOf } from './guest-token';
import type { ConversationEnded, PlatformFact } from './platform-fact';
import { isOfSession, withEnd, withFact, wrapUpOf } from './platform-report';
import type { CrmState, SessionEvent } from './session-event';
import type { SessionSnapshot } from './session-snapshot';
import {
  type DisconnectMeans,
  endCauseOf,
  endReasonOf,
  type EndReason,
  type SessionState,
  TRANSITIONS,
} from './session-state';
import { InvalidTransitionError } from './session.errors';

/** Times that are closer than this count as the same expiry. */
const SAME_EXPIRY_MS = 10_000;

/** The fields of a stored session that a save needs to know. */
export type StoredState = Readonly<
  Pick<SessionSnapshot, 'state' | 'endReason' | 'lastSequence' | 'holder' | 'wrapUp'>
>;

/** Facts that the upstream states when it accepts a conversation. */
export interface UpstreamStart {
  /** The time at which it lets the conversation expire, in epoch milliseconds. */
  readonly expiresAt?: number;
  /** True if it has accepted the guest's login. */
  readonly isAuthenticated?: boolean;
  /** Its own id of the conversation. */
  readonly genesysConversationId?: string;
}

/** The events and audit records of a change, to be saved with it in one transaction. */
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
 * The slot is held while `connecting` or `active`. Each transition collects its events and audit records. Ending an
 * ended session changes nothing and reports that, because a lost heartbeat, an expiry and a request to end may
 * coincide.
 */
export class Session {
  private events: SessionEvent[] = [];
  private audit: AuditFact[] = [];
  private stored: StoredState;
  /** The state before the last transition. */
  private before: SessionState | undefined;

  private constructor(private readonly props: SessionSnapshot) {
    this.stored = storedStateOf(props);
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
      | 'guestAddress'
      | 'webhookUrl'
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

  /** Restores a stored session. */
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

  /** The state when the session was read or last saved. */
  get storedState(): StoredState {
    return this.stored;
  }

  /**
   * Restarts the opening, by `holder` if it changed, with the full time of an opening. Returns whether anything
   * changed.
   */
  restart(now: number, holder: string = this.props.holder): boolean {
    if (this.props.state !== 'connecting') return false;
    this.props.holder = holder;
    this.props.startedAt = now;
    this.props.expiresAt = now + this.props.durationLimit * 1000;
    return true;
  }

  /**
   * Activates the session after Genesys accepted the conversation: the duration starts, and the CRM is notified with
   * `connected`.
   */
  activate(now: number, { expiresAt, isAuthenticated, genesysConversationId }: UpstreamStart = {}): void {
    this.moveTo('active');
    this.props.startedAt = now;
    this.props.expiresAt = now + this.props.durationLimit * 1000;
    if (genesysConversationId !== undefined) this.props.genesysConversationId = genesysConversationId;
    if (expiresAt !== undefined) this.expiresUpstream(expiresAt);
    this.tell('connected', now);
    const { channel, queueId, durationLimit } = this.props;
    this.record('SESSION_INITIALIZED', { channel, queueId, durationLimit });
    if (isAuthenticated === true) this.authenticate();
  }

  /**
   * Fails the opening. With `outcomeUnknown` Genesys may hold the conversation all the same, so it is disconnected
   * there. `endCause` is the platform's own word for its refusal. Returns whether anything changed.
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
    // An act of a caller. All other reasons are the service's own, and recorded with the final state.
    if (reason === 'requested') this.record('SESSION_END_REQUESTED');
    return true;
  }

  /**
   * Ends an active session after its duration limit. Returns whether anything changed: the limit may have moved
   * ahead.
   */
  expire(now: number): boolean {
    return this.props.expiresAt <= now && this.end('duration-limit', now);
  }

  /**
   * Records that Genesys accepted the guest's login. Returns whether anything changed; another login is a change as
   * well.
   */
  authenticate(): boolean {
    if (this.props.state !== 'active') return false;
    this.props.isAuthenticated = true;
    this.record('GUEST_AUTHENTICATED');
    return true;
  }

  /**
   * Records that a caller requests the guest's logout, which goes to Genesys next. Returns whether there is a login
   * to end.
   */
  requestLogOut(): boolean {
    if (this.props.state !== 'active' || !this.props.isAuthenticated) return false;
    this.record('GUEST_LOGOUT_REQUESTED');
    return true;
  }

  /**
   * Ends the session because Genesys reports the end of the conversation, with `endCause` as its own word: there is
   * nothing left to disconnect. Returns whether anything changed.
   */
  lose(reason: EndReason, now: number, endCause?: string): boolean {
    if (this.props.state !== 'active') return false;
    this.moveTo('disconnected');
    this.finish(reason, now, endCause);
    this.conclude(now);
    return true;
  }

  /**
   * Takes a fact that Genesys Cloud reports; an end ends the session, or confirms its disconnect. `keepsGuest` means that the
   * guest's side outlives the conversation upstream, and is due to be disconnected then. Returns whether anything changed: a
   * known fact changes nothing, and neither does one about a session that is `connecting` or, wrap-ups apart, over.
   */
  observe(fact: PlatformFact, now: number, { keepsGuest }: { readonly keepsGuest: boolean }): boolean {
    const { platformReport, erasedAt } = this.props;
    const reported = isOfSession(fact, this.props) ? withFact(platformReport, fact) : undefined;
    if (reported === undefined) return false;
    this.props.platformReport = reported.report;
    if (fact.kind === 'wrapped-up') this.props.wrapUp = wrapUpOf(fact, erasedAt !== null);
    if (fact.kind === 'ended') this.observeEnd(fact, now, keepsGuest);
    else if (reported.isNews) this.tellAssignment(fact);
    return true;
  }

  /**
   * Stores the expiry that the upstream reports. It ignores one beyond the session's own limit, and small
   * differences: every message moves the expiry. Returns whether anything changed.
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

  /** Stores Genesys' own id of the conversation for good. Returns whether anything changed. */
  identifyUpstream(genesysConversationId: string): boolean {
    if (this.props.state !== 'active' || this.props.genesysConversationId !== undefined) return false;
    this.props.genesysConversationId = genesysConversationId;
    return true;
  }

  /** Schedules the next attempt after a failed upstream disconnect. */
  postponeDisconnect(dueAt: number): void {
    this.props.disconnectAttempts += 1;
    this.props.disconnectDueAt = dueAt;
  }

  /** Settles the upstream side, by `means` if there are several; a `terminating` session reaches its final state. */
  settleDisconnect(outcome: 'confirmed' | 'unconfirmed', now: number, means?: DisconnectMeans): void {
    this.props.disconnect = outcome;
    this.props.disconnectDueAt = null;
    if (this.props.state !== 'terminating') return;
    this.moveTo(this.props.endReason === 'heartbeat-lost' ? 'disconnected' : 'terminated');
    this.conclude(now, means);
  }

  /** Returns, once, the events and records that have to be saved together with the session. */
  pullChanges(): SessionChanges {
    const changes = { events: this.events, audit: this.audit };
    this.events = [];
    this.audit = [];
    return changes;
  }

  /** The session with the version that the next save gives it. */
  get onceSaved(): Session {
    return Session.restore({ ...this.props, version: this.props.version + 1 });
  }

  /** Notes that the store has saved this version: the next save requires the row that it wrote. */
  saved(): void {
    this.props.version += 1;
    this.stored = storedStateOf(this.props);
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
    const { platformReport } = this.props;
    if (platformReport !== undefined) this.props.platformReport = withEnd(platformReport, now);
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

  private observeEnd({ by, disconnectType }: ConversationEnded, now: number, keepsGuest: boolean): void {
    if (this.props.state === 'active') {
      this.lose(endReasonOf(by) ?? 'gone', now, disconnectType);
      if (keepsGuest) this.scheduleDisconnect(now);
    } else if (this.props.disconnect === 'pending' && !keepsGuest) this.settleDisconnect('confirmed', now);
  }

  private tell(state: CrmState, now: number): void {
    const { locale, durationLimit, guestToken, guestRef, endReason, endCause } = this.props;
    const { endedBy, disconnectType } = this.props.platformReport ?? {};
    this.push(state, now, {
      locale,
      durationLimit,
      ...(this.props.disclosesGuestToken && guestToken !== '' ? { guestIdToken: guestToken } : { guestRef }),
      ...(endReason === null ? {} : { endReason }),
      ...(endCause === null ? {} : { endCause }),
      ...(endedBy === undefined ? {} : { endedBy }),
      ...(disconnectType === undefined ? {} : { disconnectType }),
    });
  }

  private tellAssignment(fact: Exclude<PlatformFact, ConversationEnded>): void {
    const { guestRef, platformReport, wrapUp } = this.props;
    const facts = assignmentFactsOf(fact, platformReport?.assignment, wrapUp);
    this.push(fact.kind, fact.at, { guestRef, ...facts });
  }

  private push(state: SessionEvent['state'], occurredAt: number, facts: SessionEvent['metadata']): void {
    this.props.lastSequence += 1;
    const { channel, queueId, genesysConversationId } = this.props;
    this.events.push({
      id: uuid(),
      conversationId: this.conversationId,
      sequence: this.props.lastSequence,
      state,
      occurredAt,
      metadata: {
        channel,
        queueId,
        ...facts,
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

function storedStateOf({ state, endReason, lastSequence, holder, wrapUp }: SessionSnapshot): StoredState {
  return { state, endReason, lastSequence, holder, ...(wrapUp === undefined ? {} : { wrapUp }) };
}
