import { randomUUID } from 'node:crypto';
import { UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import { abortable } from '../../common/time/abortable';
import type { WebMessagingConfig } from '../../config/web-messaging.config';
import type { Metrics } from '../../metrics/metrics';
import type { LeaseFence } from '../../session/ports/lease-fence';
import type { WebSocketOpener } from '../transport/web-socket-opener';
import type { ConnectionListener } from './connection/guest-connection';
import { refusalOf } from './connection/refusal';
import { WsConnectionFactory } from './connection/ws-connection-factory';
import { ClientFrames } from './frames/client-frame';
import type { ServerFrame, SessionFacts } from './frames/server-frame';
import { WebMessagingTelemetry } from './web-messaging.telemetry';

/** The features of the session that was tried. */
export interface TriedSession {
  /** False where guests may send no files; undefined where the server does not state it. */
  readonly allowsFiles: boolean | undefined;
}

/** A trial belongs to no session, so that no other replica can hold it. */
const ALWAYS_VALID: LeaseFence = { isValid: true, assertValid: () => undefined };

/**
 * A guest session that is configured and closed at once. It sends no message and does not join, so that no conversation
 * begins.
 */
export class SocketTrial {
  private readonly connections: WsConnectionFactory;

  constructor(
    private readonly config: WebMessagingConfig,
    sockets: WebSocketOpener,
    metrics: Metrics,
  ) {
    const telemetry = new WebMessagingTelemetry(metrics);
    this.connections = new WsConnectionFactory(config, telemetry, ALWAYS_VALID, sockets);
  }

  /** Rejects with the `UpstreamError` of the refusal or of the connection, or with the reason of the signal. */
  async run(signal: AbortSignal): Promise<TriedSession> {
    const { deploymentId } = this.config;
    const session = new AwaitedSession();
    const frames = new ClientFrames(randomUUID());
    const connection = await this.connections.connect(session, signal);
    try {
      connection.send(frames.configureSession(randomUUID(), { deploymentId, startNew: false }));
      const { media } = await abortable(session.configured, signal);
      connection.send(frames.closeSession(randomUUID()));
      return { allowsFiles: media.fileTypes && media.fileTypes.length > 0 };
    } finally {
      connection.close();
    }
  }
}

/** Settles with the first frame about the session, or rejects with the end of the connection. */
class AwaitedSession implements ConnectionListener {
  readonly configured: Promise<SessionFacts>;
  private resolve: (facts: SessionFacts) => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;

  constructor() {
    this.configured = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // The connection may end before anything waits for the session.
    this.configured.catch(() => undefined);
  }

  onFrame(frame: ServerFrame): void {
    const refusal = refusalOf(frame);
    if (refusal !== undefined) this.reject(refusal);
    else if (frame.kind === 'session') this.resolve(frame.facts);
  }

  onEnded(): void {
    this.reject(new UpstreamUnavailableError({ sent: true }));
  }
}
