import { IncomingHttpHeaders } from 'node:http';

export interface JournalEntry {
  readonly seq: number;
  /** Arrival time of the request, in epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Headers as received, secrets included. */
  readonly headers: IncomingHttpHeaders;
  /** Body, parsed if it was JSON, else the text; null when it was not read or is longer than a mebibyte. */
  readonly body: unknown;
  readonly conversationId?: string | undefined;
  /** Status of the answer; null until one was sent, and permanently if the connection was reset. */
  status: number | null;
}

export interface JournalFilter {
  readonly method?: string;
  /** A string matches the whole path; a regular expression is searched for in it. */
  readonly path?: string | RegExp;
  readonly conversationId?: string;
  readonly status?: number | null;
  /** Limits the result to the newest entries. */
  readonly limit?: number;
}

/**
 * The requests that a simulator received, in the order in which they were read. Keeps the newest `capacity` of them
 * and counts all; a capacity of 0 turns recording off and keeps the counting.
 */
export class RequestJournal {
  private readonly slots: JournalEntry[] = [];
  private oldest = 0;
  private seen = 0;

  constructor(private readonly capacity: number) {}

  /** Number of requests since the start or the last `clear`, recorded or not. */
  get total(): number {
    return this.seen;
  }

  add(request: Omit<JournalEntry, 'seq' | 'status'>): JournalEntry {
    this.seen += 1;
    const { at, method, path, query, headers, body, conversationId } = request;
    const entry = { seq: this.seen, at, method, path, query, headers, body, conversationId, status: null };
    if (this.slots.length < this.capacity) {
      this.slots.push(entry);
    } else if (this.capacity > 0) {
      this.slots[this.oldest] = entry;
      this.oldest = (this.oldest + 1) % this.capacity;
    }
    return entry;
  }

  /** Returns matching entries, oldest first. */
  find(filter: JournalFilter = {}): JournalEntry[] {
    const found = [...this.slots.slice(this.oldest), ...this.slots.slice(0, this.oldest)].filter((entry) =>
      accepts(filter, entry),
    );
    return filter.limit === undefined ? found : found.slice(Math.max(0, found.length - filter.limit));
  }

  /** Returns the number of recorded entries that match the filter. */
  count(filter: JournalFilter = {}): number {
    return this.find(filter).length;
  }

  clear(): void {
    this.slots.length = 0;
    this.oldest = 0;
    this.seen = 0;
  }
}

function accepts(filter: JournalFilter, entry: JournalEntry): boolean {
  if (filter.method !== undefined && filter.method.toUpperCase() !== entry.method) return false;
  if (filter.conversationId !== undefined && filter.conversationId !== entry.conversationId) return false;
  if (filter.status !== undefined && filter.status !== entry.status) return false;
  if (filter.path === undefined) return true;
  return typeof filter.path === 'string' ? filter.path === entry.path : entry.path.search(filter.path) >= 0;
}
