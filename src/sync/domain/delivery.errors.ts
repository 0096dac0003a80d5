import { codesOf, membersOf } from '../../common/errors/failure-text';

/**
 * What a failed attempt taught about the receiver, beside its reason.
 *
 * @publicApi
 */
export interface DeliveryFailure extends ErrorOptions {
  /** The HTTP status, where the receiver speaks HTTP. */
  readonly status?: number;
  /** The receiver asks to be left alone for so long, by every event. */
  readonly retryAfterMs?: number;
  /** The receiver wants no events any more: it is paused until an operator resumes it. */
  readonly isReceiverGone?: boolean;
}

/**
 * The receiver did not accept an event. The message is our own words about what happened, and goes into the audit
 * trail: nothing that the receiver sent belongs there.
 *
 * @publicApi
 */
export class DeliveryFailedError extends Error {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly isReceiverGone: boolean;

  constructor(
    reason: string,
    { status, retryAfterMs, isReceiverGone = false, ...options }: DeliveryFailure = {},
  ) {
    super(reason, options);
    this.name = DeliveryFailedError.name;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.isReceiverGone = isReceiverGone;
  }
}

/** Another replica may have the delivery by now: nothing of it was sent. */
export class ClaimLostError extends Error {
  constructor() {
    super('The claim of the delivery is over.');
    this.name = ClaimLostError.name;
  }
}

/** A failed attempt in words that are safe to keep, whatever was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof DeliveryFailedError) return error.message;
  return error instanceof Error ? withMembers(error.name, error) : 'unknown';
}

/** Adds the codes of the members of an aggregate, such as one for each address of a name; other errors have one cause. */
export function withMembers(reason: string, error: unknown): string {
  const codes = membersOf(error).length === 0 ? [] : codesOf(error);
  return codes.length === 0 ? reason : `${reason} (${codes.join(', ')})`;
}
