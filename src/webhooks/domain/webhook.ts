export const WEBHOOK_STATUSES = ['unverified', 'active', 'paused', 'disabled'] as const;

/**
 * `unverified` until the receiver has accepted a test event, and again after its URL has changed, while its events are kept; `paused` keeps its
 * events; `disabled` after days without an accepted delivery, and gets no further events.
 */
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

export const WEBHOOK_STATUS_REASONS = ['caller', 'receiver-gone', 'failing', 'caller-gone'] as const;

/**
 * The cause of a pause or of the disabling: its caller; a receiver that accepts no events any more; one that was failing for
 * too long; or a caller that the service does not know any more.
 */
export type WebhookStatusReason = (typeof WEBHOOK_STATUS_REASONS)[number];

export const SESSION_SELECTIONS = ['own', 'all'] as const;

/** The sessions whose events a webhook gets: those of its owner, or all. */
export type SessionSelection = (typeof SESSION_SELECTIONS)[number];

/** A secret in the form of Standard Webhooks, `whsec_` and base64. It signs until `expiresAt`, in epoch milliseconds. */
export interface WebhookSecret {
  readonly secret: string;
  /** Absent for the current secret. */
  readonly expiresAt?: number;
}

/** The properties of a webhook that its caller chooses. */
export interface WebhookSettings {
  readonly url: string;
  readonly description: string;
  readonly types: readonly string[];
  readonly sessions: SessionSelection;
}

/** A receiver of events that a caller has registered. Times are epoch milliseconds. */
export interface Webhook extends WebhookSettings {
  readonly id: string;
  /** The caller's owner name, as of its sessions. */
  readonly owner: string;
  readonly status: WebhookStatus;
  readonly statusReason?: WebhookStatusReason;
  /** The newest first. */
  readonly secrets: readonly WebhookSecret[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly verifiedAt?: number;
  /** The time of the first failure since the last accepted delivery. */
  readonly failingSince?: number;
  /** End of the pause that the receiver has asked for; may be over. */
  readonly retryAfter?: number;
}

/** The secrets that sign at this moment. */
export function signingSecrets({ secrets }: Pick<Webhook, 'secrets'>, now: number): readonly string[] {
  return secrets
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
    .map(({ secret }) => secret);
}
