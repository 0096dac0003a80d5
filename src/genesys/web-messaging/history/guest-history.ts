import type { GuestMessage } from '../frames/guest-message';

/** A page of the messages of a conversation, newest first. */
export interface HistoryPage {
  readonly messages: readonly GuestMessage[];
  readonly isLast: boolean;
}

/** The message history of the conversation of a guest. */
export abstract class GuestHistory {
  /** Reads a page; pages count from 1, and `jwt` is the answer to `getJwt`. Rejects with an `UpstreamError`. */
  abstract page(jwt: string, pageNumber: number, signal: AbortSignal): Promise<HistoryPage>;
}
