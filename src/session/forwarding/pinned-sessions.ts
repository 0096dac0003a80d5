import { Injectable } from '@nestjs/common';

/** Sessions that must stay on this replica, because it serves requests for them. */
@Injectable()
export class PinnedSessions {
  private readonly counts = new Map<string, number>();

  /** Returns a function to be called once, when the request is over. */
  pin(conversationId: string): () => void {
    this.counts.set(conversationId, (this.counts.get(conversationId) ?? 0) + 1);
    return () => {
      const left = (this.counts.get(conversationId) ?? 0) - 1;
      if (left > 0) this.counts.set(conversationId, left);
      else this.counts.delete(conversationId);
    };
  }

  /** Whether a request pins the session to this replica. */
  isPinned(conversationId: string): boolean {
    return this.counts.has(conversationId);
  }
}
