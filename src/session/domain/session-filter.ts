import type { AccessScope } from './access-scope';
import type { SessionState } from './session-state';

/** Selects sessions for a list: those within the access scope of which all given fields hold. Times are epoch milliseconds. */
export interface SessionFilter extends AccessScope {
  readonly state?: SessionState;
  readonly channel?: string;
  readonly queueId?: string;
  /** The caller that opened the session. */
  readonly caller?: string;
  readonly conversationId?: string;
  readonly guestRef?: string;
  /** Only sessions that were requested at this moment or later. */
  readonly from?: number;
  /** Only sessions that were requested before this moment. */
  readonly to?: number;
}
