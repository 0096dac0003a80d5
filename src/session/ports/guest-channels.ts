import type { EndDetection } from '../domain/end-detection';
import type { GuestChannel } from './guest-channel';

/** Stored with every session, and part of requests, answers and log lines. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * The registry of guest channels. A module adds its channel while it starts (`onModuleInit`); sessions that are left
 * from an earlier process are recovered after that, on every channel.
 *
 * @publicApi
 */
export class GuestChannels {
  private readonly channels = new Map<string, GuestChannel>();

  constructor(channels: readonly GuestChannel[] = []) {
    for (const channel of channels) this.add(channel);
  }

  /** Throws for a name that is taken, or that is not lower-case letters, digits and hyphens, 40 at most. */
  add(channel: GuestChannel): void {
    const { name } = channel;
    if (!NAME.test(name)) throw new Error(`"${name}" cannot be the name of a guest channel`);
    if (this.channels.has(name)) throw new Error(`There are two guest channels named "${name}"`);
    this.channels.set(name, channel);
  }

  get names(): string[] {
    return [...this.channels.keys()];
  }

  /** This process no longer holds the conversation, on any channel. */
  leave(conversationId: string): void {
    for (const channel of this.channels.values()) channel.leave(conversationId);
  }

  /** Undefined also for a stored session on a channel that is not configured any more. */
  endDetectionOf(name: string): EndDetection | undefined {
    return this.channels.get(name)?.endDetection();
  }

  /** Throws for an unknown name: requests are validated before, so that is a bug or a missing adapter. */
  get(name: string): GuestChannel {
    const channel = this.channels.get(name);
    if (channel === undefined) throw new Error(`No channel is called ${name}`);
    return channel;
  }
}
