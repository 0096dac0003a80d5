import type { EndDetection } from '../domain/end-detection';
import type { GuestChannel } from './guest-channel';

/** The configured channels, by name. */
export class GuestChannels {
  private readonly byName: ReadonlyMap<string, GuestChannel>;

  constructor(channels: readonly GuestChannel[]) {
    this.byName = new Map(channels.map((channel) => [channel.name, channel]));
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  /** This process no longer holds the conversation, on any channel. */
  leave(conversationId: string): void {
    for (const channel of this.byName.values()) channel.leave(conversationId);
  }

  /** Undefined also for a stored session on a channel that is not configured any more. */
  endDetectionOf(name: string): EndDetection | undefined {
    return this.byName.get(name)?.endDetection();
  }

  /** Throws for an unknown name: requests are validated before, so that is a bug or a missing adapter. */
  get(name: string): GuestChannel {
    const channel = this.byName.get(name);
    if (channel === undefined) throw new Error(`No channel is called ${name}`);
    return channel;
  }
}
