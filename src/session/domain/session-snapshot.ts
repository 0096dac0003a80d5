import type { GuestContext } from './guest-context';
import type { DisconnectStatus, EndReason, SessionState } from './session-state';

/** Everything that is kept of a session. Times are epoch milliseconds. */
export interface SessionSnapshot {
  readonly conversationId: string;
  /** A credential. Empty once the guest is erased, and while it cannot be decrypted. */
  readonly guestToken: string;
  /** `guestRefOf` the token, also when the token itself is not there any more. */
  readonly guestRef: string;
  /** The caller that opened it; empty when callers were not told apart. */
  readonly owner: string;
  readonly channel: string;
  /** The OAuth client whose budget the session lives on, for its whole life. */
  readonly oauthClient: string;
  readonly queueId: string;
  readonly name: string;
  readonly locale: string;
  readonly capabilities: readonly string[];
  /** Seconds. */
  readonly durationLimit: number;
  /** Whether the CRM is told the guest token itself instead of a hash of it. */
  readonly disclosesGuestToken: boolean;
  readonly createdAt: number;
  state: SessionState;
  endReason: EndReason | null;
  /** The platform's own word for the end; null while it lives, and where this service ended it. See `endCauseOf`. */
  endCause: string | null;
  /** When it became active; before that, when somebody last began to open it. */
  startedAt: number;
  expiresAt: number;
  endedAt: number | null;
  disconnect: DisconnectStatus;
  /** When the next attempt to disconnect upstream is due; null when none is. */
  disconnectDueAt: number | null;
  disconnectAttempts: number;
  /** Sequence number of the last event; 0 before the first. */
  lastSequence: number;
  /** Grows with every save; a save is conditional on the version that was read. */
  version: number;
  /** The replica that holds the session; empty when none does. A save is conditional on it too. */
  holder: string;
  /** When the upstream lets the session expire, where that is before its own limit. */
  upstreamExpiresAt: number | null;
  /** The guest has shown who it is. What it proves that with is kept apart. */
  isAuthenticated: boolean;
  /** Genesys' own id of the conversation, where it differs from ours and once it is known. */
  genesysConversationId?: string;
  /** Absent once the guest is erased or the session is over, and while it cannot be decrypted. */
  readonly guestContext?: GuestContext;
  /** When the guest was erased: since then name and token are empty. */
  readonly erasedAt: number | null;
}
