import { randomBytes } from 'node:crypto';
import { ChannelConnection } from './channel-connection';

/** The credentials that a channel was made with. */
export interface ChannelOwner {
  readonly clientId: string;
  /** Access token, which a list of channels may be restricted to. */
  readonly token: string;
}

/**
 * A notification channel of an OAuth client: its topics and at most one socket.
 *
 *   unconnected ── attach() ──▶ connected ── detach() ──▶ unconnected
 *
 * The registry removes it at its expiry or in favour of a newer channel.
 */
export class NotificationChannel {
  readonly id = `streaming-5-${randomBytes(20).toString('hex')}`;
  readonly topics = new Set<string>();
  expiresAt: number;
  lastUsedAt: number;
  /** Number of sockets so far. */
  connects = 0;
  private current: ChannelConnection | undefined;

  constructor(
    readonly owner: ChannelOwner,
    readonly createdAt: number,
    lifetimeMs: number,
  ) {
    this.lastUsedAt = createdAt;
    this.expiresAt = createdAt + lifetimeMs;
  }

  get connection(): ChannelConnection | undefined {
    return this.current;
  }

  attach(connection: ChannelConnection): void {
    this.connects += 1;
    this.current = connection;
  }

  /** Returns whether the channel had this socket. */
  detach(connection: ChannelConnection): boolean {
    if (this.current !== connection) return false;
    this.current = undefined;
    return true;
  }

  /** The JSON of the API; `socketUrl` is the address of all sockets. */
  toResource(socketUrl: string): unknown {
    const expires = new Date(this.expiresAt).toISOString();
    return { id: this.id, connectUri: `${socketUrl}/${this.id}`, expires };
  }

  toSummary(): unknown {
    const { id, connects, topics, createdAt, lastUsedAt, expiresAt, current } = this;
    const isConnected = current !== undefined;
    return { id, isConnected, connects, topics: [...topics], createdAt, lastUsedAt, expiresAt };
  }
}
