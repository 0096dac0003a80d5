import type { IdempotentRequest } from '../domain/idempotent-request';
import type { KeyDisposition } from '../domain/stored-response';
import type { Session } from '../domain/session';
import type { SessionState } from '../domain/session-state';

/** Sessions of one caller that may live at once: in all, and on OAuth clients. */
export interface CallerLimits {
  readonly total: number;
  readonly onClients: number;
}

/**
 * Sessions that may live at once: in all, on the new session's OAuth client, and of its owner. Without `ofCaller` the
 * owner has no limit of its own.
 */
export interface SlotLimits {
  readonly total: number;
  readonly ofClient: number;
  readonly ofCaller?: CallerLimits;
}

/** Which sessions a page shows; newest first, by (createdAt, conversationId). */
export interface SessionQuery {
  readonly state?: SessionState;
  /** Only those that this caller opened. */
  readonly owner?: string;
  readonly limit: number;
  /** Continue after this session. */
  readonly after?: { readonly createdAt: number; readonly conversationId: string };
}

/**
 * Where sessions live, durable across `kill -9`. What a session's change causes (its slot, its events for the
 * sinks, its audit records, the totals and what becomes of its idempotency key) is written in the one transaction of the change.
 *
 * Where a method has a `holder`, only sessions that it holds are meant when there is one, and everybody's otherwise.
 * Every method may throw `StorageUnavailableError`; then nothing of the call is durable, except when only the
 * answer to a commit was lost, which the version of the row tells.
 */
export abstract class SessionStore {
  /**
   * Takes a slot, which counts against all limits, and writes the new session, or throws `SessionLimitReachedError` or
   * `CallerSessionLimitReachedError`. Exact under any number of concurrent callers. The key of a request that has one is
   * written as well; when it was used before and has not expired, that is a `RequestInProgressError`, whatever has
   * become of it since.
   */
  abstract reserve(session: Session, limits: SlotLimits, request?: IdempotentRequest): Promise<void>;

  /**
   * Saves a changed session and what the change caused, and frees its slot when it is no longer live.
   * Conditional on the version that was read and on who held the session then: throws `SessionChangedError` when
   * another save came first, or the session is in other hands. On
   * success the session's version has grown by one.
   *
   * `outcome` is what becomes of the session's idempotency key, if it has one. A key is never left without an answer:
   * that of a session which fails without a word about it keeps `SessionEndedWhileOpeningError`.
   */
  abstract save(session: Session, outcome?: KeyDisposition): Promise<void>;

  abstract find(conversationId: string): Promise<Session | undefined>;

  /** A page in a stable order: rows that do not change are neither repeated nor skipped while others come and go. */
  abstract list(query: SessionQuery): Promise<Session[]>;

  /** Active sessions whose time is up, the longest overdue first. */
  abstract findExpired(now: number, limit: number, holder?: string): Promise<Session[]>;

  /** Sessions whose upstream disconnect is due, the longest overdue first. */
  abstract findDisconnectsDue(now: number, limit: number, holder?: string): Promise<Session[]>;

  /** Sessions that are `connecting` and were last begun before `before`: whoever was opening them is gone. */
  abstract findStalled(before: number, limit: number, holder?: string): Promise<Session[]>;

  /** Sessions in one state in order of conversation id, for walking through all of them page by page. */
  abstract walk(
    state: SessionState,
    afterConversationId: string | undefined,
    limit: number,
    holder?: string,
  ): Promise<Session[]>;

  /** Sets the counts of taken slots to the numbers of live sessions. For start-up, before anything is reserved. */
  abstract recountSlots(): Promise<number>;

  /** Slots taken now. */
  abstract countLive(): Promise<number>;

  /** Slots taken now by sessions of this owner, counted up to `limit`. */
  abstract countLiveOf(owner: string, limit: number): Promise<number>;

  /** Slots taken now, by OAuth client. */
  abstract countLiveByClient(): Promise<ReadonlyMap<string, number>>;
}
