import type { WrapUp } from './assignment';
import type { GuestContext } from './guest-context';
import type { PlatformReport } from './platform-report';
import type { DisconnectStatus, EndReason, SessionState } from './session-state';

/** The stored state of a session. Times are epoch milliseconds. */
export interface SessionSnapshot {
  readonly conversationId: string;
  /** A credential. Empty once the guest is erased, and while it cannot be decrypted. */
  readonly guestToken: string;
  /** `guestRefOf` the token, also after the token itself was erased. */
  readonly guestRef: string;
  /** The caller that opened it; empty in modes without credentials. */
  readonly owner: string;
  readonly channel: string;
  /** The OAuth client that the session's requests use, for its whole life. */
  readonly oauthClient: string;
  readonly queueId: string;
  readonly name: string;
  readonly locale: string;
  readonly capabilities: readonly string[];
  /** In seconds. */
  readonly durationLimit: number;
  /** True if events contain the guest token itself instead of a hash of it. */
  readonly disclosesGuestToken: boolean;
  readonly createdAt: number;
  state: SessionState;
  endReason: EndReason | null;
  /**
   * The platform's own word for the end; null while the session lives, and if this service ended it. See
   * `endCauseOf`.
   */
  endCause: string | null;
  /** Time of the activation; before that, of the last start of the opening. */
  startedAt: number;
  expiresAt: number;
  endedAt: number | null;
  disconnect: DisconnectStatus;
  /** Time of the next attempt to disconnect upstream; null if there is none. */
  disconnectDueAt: number | null;
  disconnectAttempts: number;
  /**
   * Sequence number of the last event; 0 before the first. The store's own number is higher once messages have become events
   * since the session was read.
   */
  lastSequence: number;
  /** Grows with every save; a save requires the version that was read (optimistic lock). */
  version: number;
  /** The replica that holds the session; empty if none does. A save requires the holder that was read, too. */
  holder: string;
  /** Time at which the upstream lets the session expire, if that is before its own limit. */
  upstreamExpiresAt: number | null;
  /** True if the guest has logged in. Its credentials are stored separately. */
  isAuthenticated: boolean;
  /** Genesys' own id of the conversation, if it differs from ours and once it is known. */
  genesysConversationId?: string;
  /**
   * `guestAddressOf` the guest, on channels whose upstream delivers to such an address; absent once the session is over.
   */
  readonly guestAddress?: string;
  /** Absent once the guest is erased or the session has ended, and while it cannot be decrypted. */
  readonly guestContext?: GuestContext;
  /** Receives the events of the session for the owner's webhooks of its origin. Given at the reservation only: it is not read again. */
  readonly webhookUrl?: string;
  /** Absent until Genesys Cloud has reported anything about the conversation. */
  platformReport?: PlatformReport;
  /** The last wrap-up of an agent, which may come after the end of the session. */
  wrapUp?: WrapUp;
  /** Time of the guest's erasure: from then on name and token are empty. */
  readonly erasedAt: number | null;
}
