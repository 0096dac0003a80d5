import type { GuestMessage } from '../frames/guest-message';
import { GuestHistory, type HistoryPage } from './guest-history';

/** A history in memory. */
export class FakeGuestHistory extends GuestHistory {
  readonly pages: { readonly at: number; readonly number: number }[] = [];
  /** Errors with which the next requests for a page fail. */
  readonly failures: Error[] = [];

  constructor(
    private readonly messages: () => readonly GuestMessage[],
    private readonly pageSize = 25,
  ) {
    super();
  }

  page(_jwt: string, pageNumber: number): Promise<HistoryPage> {
    this.pages.push({ at: performance.now(), number: pageNumber });
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const from = (pageNumber - 1) * this.pageSize;
    const messages = this.messages().slice(from, from + this.pageSize);
    return Promise.resolve({ messages, isLast: messages.length < this.pageSize });
  }
}
