import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { GuestConnectionFactory } from '../connection/guest-connection-factory';
import { GuestHistory } from '../history/guest-history';
import { ConnectRateLimiter } from '../pacing/connect-rate-limiter';
import { FileStorage } from '../upload/file-storage';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { Guest, SocketServices } from './guest';
import { GuestSocket } from './guest-socket';
import type { SocketListener } from './socket-listener';

/** Creates guest sockets for the deployment. */
@Injectable()
export class GuestSocketFactory {
  private readonly services: SocketServices;

  constructor(
    connections: GuestConnectionFactory,
    connectLimiter: ConnectRateLimiter,
    history: GuestHistory,
    storage: FileStorage,
    clock: Clock,
    telemetry: WebMessagingTelemetry,
    private readonly config: WebMessagingConfig,
  ) {
    const { expiryWarningMs } = config;
    this.services = { connections, connectLimiter, history, storage, clock, telemetry, expiryWarningMs };
  }

  /** Creates a socket that is not connected yet. */
  create(guest: Omit<Guest, 'deploymentId'>, listener: SocketListener): GuestSocket {
    const { deploymentId } = this.config;
    return new GuestSocket({ ...guest, deploymentId }, this.services, listener);
  }
}
