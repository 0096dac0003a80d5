import type { GuestLine, LineListener } from './guest-line';

/** Makes connections to the guest WebSocket of the deployment. */
export abstract class GuestLines {
  /**
   * Connects. Rejects with an `UpstreamError` that tells how the connection was refused, or the reason of the
   * signal. A connection alone has no effect on any conversation.
   */
  abstract connect(listener: LineListener, signal: AbortSignal): Promise<GuestLine>;
}
