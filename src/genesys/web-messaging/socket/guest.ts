import type { Clock } from '../../../common/time/clock';
import type { GuestContext } from '../../../session/domain/guest-context';
import type { GuestConnectionFactory } from '../connection/guest-connection-factory';
import type { GuestHistory } from '../history/guest-history';
import type { GuestIdentity } from '../login/guest-identity';
import type { ConnectRateLimiter } from '../pacing/connect-rate-limiter';
import type { FileStorage } from '../upload/file-storage';
import type { WebMessagingTelemetry } from '../web-messaging.telemetry';

/** The guest of a socket. The token is the credential of the session. */
export interface Guest {
  readonly conversationId: string;
  readonly token: string;
  readonly deploymentId: string;
  readonly identity: GuestIdentity;
  readonly context?: GuestContext;
}

/** Services of the process that all guest sockets share. */
export interface SocketServices {
  readonly connections: GuestConnectionFactory;
  readonly connectLimiter: ConnectRateLimiter;
  readonly history: GuestHistory;
  readonly storage: FileStorage;
  readonly clock: Clock;
  readonly telemetry: WebMessagingTelemetry;
  /** Time before its expiry at which a session is warned of it; 0 for no warning. */
  readonly expiryWarningMs: number;
}
