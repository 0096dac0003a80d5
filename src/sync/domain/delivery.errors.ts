import { withMembers } from '../../common/errors/failure-text';

/**
 * The meaning of a failed attempt for the receiver, beside its reason.
 *
 * @publicApi
 */
export interface DeliveryFailure extends ErrorOptions {
  /** The HTTP status, where the receiver speaks HTTP. */
  readonly status?: number;
  /** The receiver asks for this pause of all its deliveries (`Retry-After`). */
  readonly retryAfterMs?: number;
  /** The receiver accepts no events any more: its sink is paused until an operator resumes it. */
  readonly isReceiverGone?: boolean;
}

/**
 * The receiver did not accept an event. The message is written by this service and goes into the
 * audit trail: it must hold nothing that the receiver sent.
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

/** Another replica may have claimed the delivery: nothing was sent. */
export class ClaimLostError extends Error {
  constructor() {
    super('The claim of the delivery is over.');
    this.name = ClaimLostError.name;
  }
}

/** The reason of a failed attempt as a text that is safe to store, for any thrown value. */
export function reasonOf(error: unknown): string {
  if (error instanceof DeliveryFailedError) return error.message;
  return error instanceof Error ? withMembers(error.name, error) : 'unknown';
}
