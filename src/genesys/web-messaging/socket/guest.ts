import type { GuestContext } from '../../../session/domain/guest-context';
import type { GuestLines } from '../line/guest-lines';
import type { GuestIdentity } from '../login/guest-identity';
import type { ConnectPacer } from '../pacing/connect-pacer';
import type { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { ConversingTools } from './conversing-tools';

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
  readonly lines: GuestLines;
  readonly pacer: ConnectPacer;
  readonly conversing: ConversingTools;
  readonly telemetry: WebMessagingTelemetry;
  /** How long before its expiry a session is warned of; 0: never. */
  readonly expiryWarningMs: number;
}
