import type { JourneyContext } from '../../../session/domain/guest-context';
import { omitUndefined } from '../../fields';
import type { OutgoingMessage } from './outgoing-message';
import { messageBody } from './outgoing-message';

/** The `action` of a frame: the request of a guest. */
export type ClientAction =
  | 'configureSession'
  | 'configureAuthenticatedSession'
  | 'onMessage'
  | 'echo'
  | 'getJwt'
  | 'closeSession'
  | 'onAttachment'
  | 'getAttachment'
  | 'deleteAttachment'
  | 'getConfiguration';

/** A frame as the socket sends it. It holds the guest token and must not be logged. */
export interface ClientFrame {
  readonly action: ClientAction;
  readonly token: string;
  readonly tracingId: string;
  readonly [field: string]: unknown;
}

/** The tracing id of every echo, the one that Genesys' own clients use. */
export const ECHO_TRACING_ID = 'SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=';

export interface SessionRequest {
  readonly deploymentId: string;
  /** Asks for a new conversation after one that became read-only. */
  readonly startNew: boolean;
  /** The signed token of an authenticated guest. */
  readonly authCode?: string;
}

/** A file that the guest wants to upload. */
export interface AnnouncedFile {
  readonly attachmentId: string;
  readonly fileName: string;
  readonly fileType: string;
  readonly fileSize: number;
}

/** Builds the frames of one guest. The answer holds the same `tracingId`. */
export class ClientFrames {
  constructor(
    private readonly token: string,
    private readonly journey?: JourneyContext,
  ) {}

  /**
   * Configures the session. `journeyContext` comes from the caller and never holds the token, because analysts see its
   * customer id as `journeyCustomerId`. As in the official client (2.15.0-rc1) it is left out where there is none, and for
   * an authenticated guest, whose login has sent it.
   */
  configureSession(tracingId: string, { deploymentId, startNew, authCode }: SessionRequest): ClientFrame {
    const { token } = this;
    const shared = { token, deploymentId, startNew, tracingId };
    return authCode === undefined
      ? { ...shared, ...journeyField(this.journey), action: 'configureSession' }
      : { ...shared, data: { code: authCode }, action: 'configureAuthenticatedSession' };
  }

  message(tracingId: string, message: OutgoingMessage): ClientFrame {
    return this.frame('onMessage', tracingId, { message: messageBody(message, tracingId) });
  }

  typing(tracingId: string): ClientFrame {
    return this.event(tracingId, { eventType: 'Typing', typing: { type: 'On' } });
  }

  /** Starts the conversation of a deployment with auto-start. */
  join(tracingId: string, customAttributes?: Readonly<Record<string, string>>): ClientFrame {
    const channel = customAttributes === undefined ? {} : { channel: { metadata: { customAttributes } } };
    return this.event(tracingId, { eventType: 'Presence', presence: { type: 'Join' } }, channel);
  }

  /** Ends the conversation for good. */
  clear(tracingId: string): ClientFrame {
    return this.event(tracingId, { eventType: 'Presence', presence: { type: 'Clear' } });
  }

  echo(): ClientFrame {
    return this.frame('echo', ECHO_TRACING_ID, { message: { text: 'ping', type: 'Text' } });
  }

  getJwt(tracingId: string): ClientFrame {
    return this.frame('getJwt', tracingId);
  }

  closeSession(tracingId: string): ClientFrame {
    return this.frame('closeSession', tracingId, { closeAllConnections: true });
  }

  announceFile(tracingId: string, file: AnnouncedFile): ClientFrame {
    return this.frame('onAttachment', tracingId, { ...file, errorsAsJson: true });
  }

  getAttachment(tracingId: string, attachmentId: string): ClientFrame {
    return this.frame('getAttachment', tracingId, { attachmentId });
  }

  deleteAttachment(tracingId: string, attachmentId: string): ClientFrame {
    return this.frame('deleteAttachment', tracingId, { attachmentId });
  }

  getConfiguration(tracingId: string, deploymentId: string): ClientFrame {
    return this.frame('getConfiguration', tracingId, { deploymentId });
  }

  private event(tracingId: string, event: object, rest: object = {}): ClientFrame {
    return this.frame('onMessage', tracingId, { message: { events: [event], ...rest, type: 'Event' } });
  }

  private frame(action: ClientAction, tracingId: string, fields: object = {}): ClientFrame {
    return { token: this.token, ...fields, tracingId, action };
  }
}

/** The field `journeyContext` of a request; absent without a customer. */
export function journeyField(journey: JourneyContext | undefined): { journeyContext?: object } {
  const { customerId, sessionId, sessionType = 'web' } = journey ?? {};
  if (customerId === undefined) return {};
  const customer = { id: customerId, idType: 'cookie' };
  const customerSession = sessionId === undefined ? undefined : { id: sessionId, type: sessionType };
  return { journeyContext: { customer, ...omitUndefined({ customerSession }) } };
}
