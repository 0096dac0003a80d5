import { DomainError } from '../../common/errors/domain.errors';
import type { SessionState } from './session-state';

export class SessionNotFoundError extends DomainError {
  readonly code = 'session-not-found';
  readonly kind = 'not-found';
  readonly title = 'No such session';

  override readonly hiddenReason?: 'out-of-reach';

  /** The caller cannot distinguish a missing session from one of another caller. */
  constructor({ isOutOfReach } = { isOutOfReach: false }) {
    super('There is no session with this conversation id.');
    if (isOutOfReach) this.hiddenReason = 'out-of-reach';
  }
}

/** Every slot is taken. Nothing was written and nothing was sent. */
export class SessionLimitReachedError extends DomainError {
  readonly code = 'session-limit-reached';
  readonly kind = 'rate-limited';
  readonly title = 'Too many live sessions';
  override readonly retryAfterMs = 5_000;

  /** `reason` names the limit: the cap of this service, or the capacity of the platform's rate limits. */
  constructor(
    limit: number,
    override readonly reason: 'sessions' | 'upstream-budget' = 'sessions',
  ) {
    super(
      reason === 'sessions'
        ? `All ${limit} session slots are taken.`
        : 'The rate limits of Genesys Cloud can carry no more sessions.',
    );
  }
}

/**
 * The caller has reached its limit of live sessions. Nothing was written and nothing was sent; other callers are not
 * affected.
 */
export class CallerSessionLimitReachedError extends DomainError {
  readonly code = 'caller-session-limit-reached';
  readonly kind = 'rate-limited';
  readonly title = 'Too many live sessions of the caller';
  override readonly retryAfterMs = 5_000;

  /**
   * `reason` names the share that is used up: of this service's slots, or of the capacity of the platform's rate
   * limits.
   */
  constructor(
    limit: number,
    override readonly reason: 'sessions' | 'upstream-budget' = 'sessions',
  ) {
    const sessions = limit === 1 ? 'session' : 'sessions';
    super(
      reason === 'sessions'
        ? `The caller may have ${limit} live ${sessions} at once.`
        : `The caller may have ${limit} live ${sessions} at once that the rate limits of Genesys Cloud carry.`,
    );
  }
}

/** Another live session has the guest. Nothing was written and nothing was sent. */
export class GuestInSessionError extends DomainError {
  readonly code = 'guest-in-session';
  readonly kind = 'conflict';
  readonly title = 'The guest has a session already';

  constructor() {
    super('Another session of the guest with this guestId has not ended yet.');
  }
}

/** Form of a policy's reasons: short, constant words. */
const REASON = /^[a-z][a-z0-9-]{0,39}$/;
const MAX_DETAIL_LENGTH = 300;

/**
 * A policy does not want the session. Nothing was written and nothing was sent.
 *
 * @publicApi
 */
export class SessionRefusedError extends DomainError {
  readonly code = 'session-refused';
  readonly kind = 'forbidden';
  readonly title = 'A policy refuses the session';

  /**
   * `reason` is one of a few constant words of the policy, such as `closed`; any other text throws. `detail` reaches
   * the caller, truncated to 300 characters.
   */
  constructor(
    override readonly policy: string,
    override readonly reason: string,
    detail: string,
  ) {
    if (!REASON.test(reason)) throw new TypeError(`"${reason}" cannot be a reason to refuse`);
    // By code points, so that no character is split.
    super(
      Array.from(detail.slice(0, 2 * MAX_DETAIL_LENGTH))
        .slice(0, MAX_DETAIL_LENGTH)
        .join(''),
    );
  }
}

/** A policy failed or timed out, so its decision is unknown. Nothing was written and nothing was sent. */
export class PolicyUnavailableError extends DomainError {
  readonly code = 'policy-unavailable';
  readonly kind = 'unavailable';
  readonly title = 'A policy cannot be asked';
  override readonly retryAfterMs = 5_000;

  constructor(
    override readonly policy: string,
    override readonly reason: 'timed-out' | 'failed',
    options?: ErrorOptions,
  ) {
    super(
      reason === 'timed-out'
        ? `The policy "${policy}" did not decide in time.`
        : `The policy "${policy}" could not decide.`,
      options,
    );
  }
}

/** Another change of the same session was saved first; this one had no effect. */
export class SessionChangedError extends DomainError {
  readonly code = 'session-changed';
  readonly kind = 'conflict';
  readonly title = 'The session has changed meanwhile';
  override readonly isTransient = true;

  constructor() {
    super('Another request changed the session at the same moment.');
  }
}

/** The session was ended before Genesys had answered its opening. */
export class SessionEndedWhileOpeningError extends DomainError {
  readonly code = 'session-ended';
  readonly kind = 'conflict';
  readonly title = 'The session has ended';

  constructor() {
    super('The session was ended while it was being opened.');
  }
}

/** Another replica holds the session, or is about to, and cannot be reached now. Whether it acted is unknown. */
export class SessionMovingError extends DomainError {
  readonly code = 'session-moving';
  readonly kind = 'unavailable';
  readonly title = 'The session is changing hands';
  override readonly retryAfterMs = 1_000;

  constructor(options?: ErrorOptions) {
    super('The process that holds the session cannot be reached at the moment.', options);
  }
}

/** This replica has reached its limit of concurrent requests to other replicas. Nothing of this request was sent. */
export class TooManyForwardedError extends DomainError {
  readonly code = 'too-many-forwarded';
  readonly kind = 'unavailable';
  readonly title = 'Too many forwarded requests';
  override readonly retryAfterMs = 1_000;

  constructor() {
    super('There are too many requests under way to other replicas.');
  }
}

/** The caller has reached its share of concurrent requests to other replicas. Nothing of this request was sent. */
export class TooManyCallerForwardedError extends DomainError {
  readonly code = 'too-many-caller-forwarded';
  readonly kind = 'rate-limited';
  readonly title = 'Too many forwarded requests of the caller';
  override readonly retryAfterMs = 1_000;

  constructor(limit: number) {
    super(
      `The caller may have ${limit} ${limit === 1 ? 'request' : 'requests'} under way to other replicas.`,
    );
  }
}

/** A transition that is not in the table: a bug of the service. */
export class InvalidTransitionError extends DomainError {
  readonly code = 'internal';
  readonly kind = 'internal';
  readonly title = 'Internal error';

  constructor(from: SessionState, to: SessionState) {
    super(`A session cannot go from ${from} to ${to}.`);
  }
}
