import type { IdempotentRequest } from '../domain/idempotent-request';
import type { KeyDisposition } from '../domain/stored-response';
import type { Session } from '../domain/session';
import type { SessionFilter } from '../domain/session-filter';
import type { SessionState } from '../domain/session-state';

/** Limits for the live sessions of one caller: in all, and on OAuth clients. */
export interface CallerLimits {
  readonly total: number;
  readonly onClients: number;
}

/**
 * Limits for live sessions: in all, on the new session's OAuth client, and of its owner. Without `ofCaller` the owner
 * has no limit of its own.
 */
export interface SlotLimits {
  readonly total: number;
  readonly ofClient: number;
  readonly ofCaller?: CallerLimits;
}

/** Selects the sessions of a page; newest first, by (createdAt, conversationId). */
export interface SessionQuery extends SessionFilter {
  readonly limit: number;
  /** Continue after this session. */
  readonly after?: { readonly createdAt: number; readonly conversationId: string };
}

/**
 * The sessions, durable across `kill -9`. All effects of a session's change (its slot, its events for the sinks, its
 * audit records, the totals and the disposition of its idempotency key) are written in the one transaction of the
 * change.
 *
 * If `holder` is given, a method covers only the sessions that it holds, otherwise all. Every method may throw
 * `StorageUnavailableError`; then no part of the call is durable, except when only the response to a commit was lost,
 * which the version of the row reveals.
 */
export abstract class SessionStore {
  /**
   * Takes a slot, which counts against all limits, and writes the new session, or throws `SessionLimitReachedError`
   * or `CallerSessionLimitReachedError`. Exact under any number of concurrent callers. The key of a request is
   * written as well; if it was used before and has not expired, that is a `RequestInProgressError`, whatever its
   * state is now. A session with a `guestAddress` that another session has, which is not over or has its disconnect pending,
   * is a `GuestInSessionError`.
   */
  abstract reserve(session: Session, limits: SlotLimits, request?: IdempotentRequest): Promise<void>;

  /**
   * Saves a changed session with the effects of the change, and frees its slot when it is no longer live. Requires
   * the version and the holder that were read: throws `SessionChangedError` if another save came first, or the
   * session has another holder. On success the session's version has grown by one.
   *
   * `outcome` is the disposition of the session's idempotency key, if it has one. A key is never left without a
   * response: a session that fails without a given disposition stores `SessionEndedWhileOpeningError`.
   */
  abstract save(session: Session, outcome?: KeyDisposition): Promise<void>;

  abstract find(conversationId: string): Promise<Session | undefined>;

  /** The session with this `guestAddressOf` that is `connecting` or `active`; the newest one, should there be several. */
  abstract findByGuestAddress(guestAddress: string): Promise<Session | undefined>;

  /** The session of this conversation in Genesys Cloud, in any state; of a thread that was continued, the newest one. */
  abstract findByGenesysConversationId(genesysConversationId: string): Promise<Session | undefined>;

  /**
   * A page in a stable order: rows that do not change are neither repeated nor skipped while others are added and
   * removed.
   */
  abstract list(query: SessionQuery): Promise<Session[]>;

  /** Active sessions beyond their limit, the longest overdue first. */
  abstract findExpired(now: number, limit: number, holder?: string): Promise<Session[]>;

  /** Sessions with a due upstream disconnect, the longest overdue first. */
  abstract findDisconnectsDue(now: number, limit: number, holder?: string): Promise<Session[]>;

  /** Sessions that are `connecting` and were last started before `before`: the process that opened them is gone. */
  abstract findStalled(before: number, limit: number, holder?: string): Promise<Session[]>;

  /**
   * Sessions in one state in the order of their conversation ids, to walk through all of them page by page; of a holder, only
   * those that need one.
   */
  abstract walk(
    state: SessionState,
    afterConversationId: string | undefined,
    limit: number,
    holder?: string,
  ): Promise<Session[]>;

  /** Sets the counts of taken slots to the numbers of live sessions. Call it at start-up, before any reservation. */
  abstract recountSlots(): Promise<number>;

  /** Slots taken now. */
  abstract countLive(): Promise<number>;

  /** Slots taken now by sessions of this owner, counted up to `limit`. */
  abstract countLiveOf(owner: string, limit: number): Promise<number>;

  /** Slots taken now, by OAuth client. */
  abstract countLiveByClient(): Promise<ReadonlyMap<string, number>>;
}
