import { Injectable } from '@nestjs/common';
import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamUnauthorizedError,
} from '../../common/errors/upstream.errors';
import { GenesysConfig } from '../../config/genesys.config';
import { WebSocketOpener } from '../transport/web-socket-opener';
import { ChannelGoneError } from './channel-gone.errors';
import { NotificationConnection, type NotificationConnectionListener } from './notification-connection';

/** Connects to notification channels by their URIs. */
@Injectable()
export class NotificationConnections {
  private readonly protocols: readonly string[];

  constructor(
    private readonly sockets: WebSocketOpener,
    { apiUrl }: GenesysConfig,
  ) {
    // A plain connection is only for a platform that is reached without encryption, such as a simulator.
    this.protocols = apiUrl.startsWith('http:') ? ['wss:', 'ws:'] : ['wss:'];
  }

  /**
   * Rejects with `ChannelGoneError` if the platform answers 401, 404 or 410, with another `UpstreamError`, or with the reason
   * of the signal.
   */
  async connect(
    connectUri: string,
    listener: NotificationConnectionListener,
    signal: AbortSignal,
  ): Promise<NotificationConnection> {
    if (!this.protocols.includes(protocolOf(connectUri)))
      throw new UpstreamInvalidResponseError('no address of a WebSocket');
    try {
      const wrap = (
        socket: ConstructorParameters<typeof NotificationConnection>[0],
      ): NotificationConnection => new NotificationConnection(socket, listener);
      return await this.sockets.open(connectUri, {}, wrap, signal);
    } catch (error) {
      throw isGone(error) ? new ChannelGoneError({ cause: error }) : error;
    }
  }
}

function protocolOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).protocol : '';
}

function isGone(error: unknown): boolean {
  return error instanceof UpstreamUnauthorizedError || (error instanceof UpstreamRejectedError && error.gone);
}
