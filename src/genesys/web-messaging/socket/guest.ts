import type { GuestContext } from '../../../session/domain/guest-context';
import type { GuestConnectionFactory } from '../connection/guest-connection-factory';
import type { GuestIdentity } from '../login/guest-identity';
import type { ConnectRateLimiter } from '../pacing/connect-rate-limiter';
import type { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { MessagingDependencies } from './messaging-dependencies';

/** Whose socket it is. The token is the credential of the session. */
export interface Guest {
  readonly conversationId: string;
  readonly token: string;
  readonly deploymentId: string;
  readonly context?: GuestContext;
  /** Absent where guests cannot log in. */
  readonly identity?: GuestIdentity;
}

/** What every guest socket of the process works with. */
export interface SocketTools {
  readonly lines: GuestConnectionFactory;
  readonly pacer: ConnectRateLimiter;
  readonly conversing: MessagingDependencies;
  readonly telemetry: WebMessagingTelemetry;
  /** How long before its expiry a session is warned of; 0: never. */
  readonly expiryWarningMs: number;
}
