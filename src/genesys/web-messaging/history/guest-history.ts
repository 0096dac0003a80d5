import type { GuestMessage } from '../frames/guest-message';

/** A page of what was said in a conversation, the newest first. */
export interface HistoryPage {
  readonly messages: readonly GuestMessage[];
  readonly isLast: boolean;
}

/** Reads what was said in the conversation of a guest. */
export abstract class GuestHistory {
  /** `jwt` is what `getJwt` gave, pages count from 1. Rejects with an `UpstreamError`. */
  abstract page(jwt: string, pageNumber: number, signal: AbortSignal): Promise<HistoryPage>;
}
