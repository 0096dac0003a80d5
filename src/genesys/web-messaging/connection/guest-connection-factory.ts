import type { GuestConnection, ConnectionListener } from './guest-connection';

/** Makes connections to the guest WebSocket of the deployment. */
export abstract class GuestConnectionFactory {
  /**
   * Connects. Rejects with an `UpstreamError` that tells how the connection was refused, or the reason of the
   * signal. A connection alone has no effect on any conversation.
   */
  abstract connect(listener: ConnectionListener, signal: AbortSignal): Promise<GuestConnection>;
}
