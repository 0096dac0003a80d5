import { Injectable } from '@nestjs/common';

/** The requests under way that only this replica can serve, since it holds their sessions. */
@Injectable()
export class PinnedSessions {
  private readonly counts = new Map<string, number>();

  /** Returns what is to be called once when the request is over. */
  pin(conversationId: string): () => void {
    this.counts.set(conversationId, (this.counts.get(conversationId) ?? 0) + 1);
    return () => {
      const left = (this.counts.get(conversationId) ?? 0) - 1;
      if (left > 0) this.counts.set(conversationId, left);
      else this.counts.delete(conversationId);
    };
  }

  /** Whether a request needs the session to stay where it is. */
  isPinned(conversationId: string): boolean {
    return this.counts.has(conversationId);
  }
}
