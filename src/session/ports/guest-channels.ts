import type { EndDetection } from '../domain/end-detection';
import type { GuestChannel } from './guest-channel';

/** The channels that this service was composed with, by name. */
export class GuestChannels {
  private readonly byName: ReadonlyMap<string, GuestChannel>;

  constructor(channels: readonly GuestChannel[]) {
    this.byName = new Map(channels.map((channel) => [channel.name, channel]));
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  /** This process holds the conversation no longer, on whichever channel. */
  leave(conversationId: string): void {
    for (const channel of this.byName.values()) channel.leave(conversationId);
  }

  /** Undefined too for the channel of a stored session that this service is composed without. */
  endDetectionOf(name: string): EndDetection | undefined {
    return this.byName.get(name)?.endDetection();
  }

  /** Throws for a name that no channel has: requests are validated before, so that is a bug or a lost adapter. */
  get(name: string): GuestChannel {
    const channel = this.byName.get(name);
    if (channel === undefined) throw new Error(`No channel is called ${name}`);
    return channel;
  }
}
