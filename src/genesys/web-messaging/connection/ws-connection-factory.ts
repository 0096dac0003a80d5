import { Injectable } from '@nestjs/common';
import { UpstreamForbiddenError } from '../../../common/errors/upstream.errors';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { LeaseFence } from '../../../session/ports/lease-fence';
import { WebSocketOpener } from '../../transport/web-socket-opener';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { GuestConnection, ConnectionListener } from './guest-connection';
import { GuestConnectionFactory } from './guest-connection-factory';
import { WsConnection } from './ws-connection';

/** Connections over real sockets, with the configured origin. */
@Injectable()
export class WsConnectionFactory extends GuestConnectionFactory {
  constructor(
    private readonly config: WebMessagingConfig,
    private readonly telemetry: WebMessagingTelemetry,
    private readonly leaseFence: LeaseFence,
    private readonly sockets: WebSocketOpener,
  ) {
    super();
  }

  async connect(listener: ConnectionListener, signal: AbortSignal): Promise<GuestConnection> {
    const { socketUrl, origin } = this.config;
    try {
      return await this.sockets.open(
        socketUrl,
        { origin },
        (socket) => new WsConnection(socket, listener, this.leaseFence, this.telemetry),
        signal,
      );
    } catch (error) {
      if (error instanceof UpstreamForbiddenError)
        throw new UpstreamForbiddenError(
          'Genesys Cloud refuses the guest socket: check that the deployment allows GENESYS_ORIGIN.',
        );
      throw error;
    }
  }
}
