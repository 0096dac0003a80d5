import { randomBytes } from 'node:crypto';
import { AttachmentHandler } from './attachment-handler';
import { AttachmentStore } from './attachment-store';
import { ConfigureHandler, ConfigureTools } from './configure-handler';
import { allowedMedia } from './deployment';
import { ServerConnection } from './server-connection';
import { attributesTooLarge, errorFrame, GUEST_ERRORS, GuestError, missingParameter } from './guest-error';
import { asFields, GuestRequest, listOf, textOf } from './guest-request';
import { GuestSession } from './guest-session';
import { attributeBytes, attributesOf, checkMessage } from './message-checks';
import { event, response, ServerFrame } from './server-frame';
import { SignedTokens } from './signed-tokens';

const RESUME_TOKEN_SECONDS = 300;

export interface GuestRequestTools extends ConfigureTools {
  readonly attachments: AttachmentStore;
  readonly attachmentHandler: AttachmentHandler;
  readonly tokens: SignedTokens;
}

/** Executes guests' requests. The returned frame answers the requesting connection only. */
export class GuestRequestHandler {
  private readonly configuring: ConfigureHandler;

  constructor(private readonly tools: GuestRequestTools) {
    this.configuring = new ConfigureHandler(tools);
  }

  answer(connection: ServerConnection, request: GuestRequest): ServerFrame | undefined {
    const early = this.tools.throttle.refuse('requestsPerConnection', connection.requests, request);
    if (early !== undefined) return early;
    this.expireIfOverdue(request.token);
    switch (request.action) {
      case 'configureSession':
      case 'configureAuthenticatedSession':
        return this.configuring.configure(connection, request);
      case 'getConfiguration':
        return this.configuration(request);
      case 'closeSession':
        return this.close(connection, request);
      default:
        return this.answerInSession(connection, request);
    }
  }

  private answerInSession(connection: ServerConnection, request: GuestRequest): ServerFrame | undefined {
    const session = this.sessionOf(connection, request);
    if ('code' in session) return errorFrame(session, request.tracingId);
    switch (request.action) {
      case 'onMessage':
        return this.message(request, session);
      case 'echo':
        return this.echo(connection, request, session);
      case 'getJwt':
        return this.historyToken(request, session);
      case 'resumeToken':
        return this.resumeToken(request, session);
      case 'onAttachment':
        return this.tools.attachmentHandler.announce(connection, request, session);
      case 'getAttachment':
        return this.tools.attachmentHandler.show(request, session);
      case 'deleteAttachment':
        return this.tools.attachmentHandler.remove(request, session);
      default:
        return errorFrame(GUEST_ERRORS.requestFailed, request.tracingId);
    }
  }

  /** Only a connection that was configured with the token may use it. */
  private sessionOf(connection: ServerConnection, { token }: GuestRequest): GuestSession | GuestError {
    if (token === undefined) return missingParameter('token');
    const session = this.tools.registry.find(token);
    if (session === undefined || connection.guest?.token !== token) return GUEST_ERRORS.sessionNotFound;
    switch (session.endedBy) {
      case undefined:
        return session;
      case 'expired':
        return GUEST_ERRORS.sessionExpired;
      case 'logged-out':
        return GUEST_ERRORS.unauthorized;
      case 'cleared':
      case 'replaced':
        return GUEST_ERRORS.sessionNotFound;
    }
  }

  private expireIfOverdue(token: string | undefined): void {
    const session = this.tools.registry.find(token);
    if (session?.isOverdue === true) session.end('expired', response('SessionExpiredEvent', {}));
  }

  private message(request: GuestRequest, session: GuestSession): ServerFrame | undefined {
    const early = this.tools.throttle.refuse('messagesPerSession', session.messageWindow, request);
    if (early !== undefined) return early;
    const { fields, tracingId } = request;
    if (session.lacksUser) return errorFrame(GUEST_ERRORS.unauthorized, tracingId);
    if (session.isReadOnly) return errorFrame(GUEST_ERRORS.readOnly, tracingId);
    if (asFields(fields['message'])['type'] === 'Event') return this.event(request, session);
    const { attachments, settings, conversations } = this.tools;
    const checked = checkMessage(fields, session, attachments, settings.now());
    if ('error' in checked) return errorFrame(checked.error, tracingId);
    session.addAttributes(attributesOf(fields));
    conversations.receive(session, checked.value, tracingId);
    return undefined;
  }

  private event({ fields, tracingId }: GuestRequest, session: GuestSession): ServerFrame | undefined {
    const [first = {}] = listOf(asFields(fields['message'])['events']);
    const presence = first['eventType'] === 'Presence' ? asFields(first['presence'])['type'] : undefined;
    const { deployment } = session;
    if (first['eventType'] === 'Typing') {
      if (!deployment.showUserTypingIndicator) return errorFrame(GUEST_ERRORS.typingIsOff, tracingId);
      this.tools.conversations.type(session, [first], tracingId);
    } else if (presence === 'Join') {
      const { maxCustomDataBytes } = deployment;
      if (attributeBytes(fields) > maxCustomDataBytes)
        return errorFrame(attributesTooLarge(maxCustomDataBytes), tracingId);
      session.addAttributes(attributesOf(fields));
      this.tools.conversations.join(session, tracingId);
    } else if (presence === 'Clear') {
      if (!deployment.conversationClear) return errorFrame(GUEST_ERRORS.clearIsOff, tracingId);
      this.tools.conversations.clear(session, tracingId);
      session.end('cleared', event('SessionClearedEvent', {}));
      session.closeConnections();
    } else {
      return errorFrame(GUEST_ERRORS.requestFailed, tracingId);
    }
    return undefined;
  }

  private echo(
    connection: ServerConnection,
    request: GuestRequest,
    session: GuestSession,
  ): ServerFrame | undefined {
    session.countEcho(connection);
    const early = this.tools.throttle.refuse('echoesPerConnection', connection.echoes, request);
    if (early !== undefined) return early;
    const metadata = {
      durationSeconds: String(session.deployment.sessionDurationSeconds),
      expirationDate: String(session.expirationDate),
    };
    const text = textOf(asFields(request.fields['message'])['text']) ?? '';
    const id = randomBytes(16).toString('hex');
    const body = { text, type: 'Text', direction: 'Inbound', id, metadata };
    return response('StructuredMessage', body, request.tracingId);
  }

  private historyToken({ tracingId }: GuestRequest, session: GuestSession): ServerFrame {
    const exp = Math.floor(this.tools.settings.now() / 1000) + this.tools.settings.historyTokenSeconds;
    const jwt = this.tools.tokens.issue('history', session.token, exp);
    return response('JwtResponse', { jwt, exp }, tracingId);
  }

  private resumeToken({ tracingId }: GuestRequest, session: GuestSession): ServerFrame {
    const exp = Math.floor(this.tools.settings.now() / 1000) + RESUME_TOKEN_SECONDS;
    const resumeToken = this.tools.tokens.issue('resume', session.token, exp);
    return response('ResumeTokenResponse', { resumeToken, exp }, tracingId);
  }

  private configuration({ fields, tracingId }: GuestRequest): ServerFrame {
    const deployment = this.tools.deployments.get(textOf(fields['deploymentId']) ?? '');
    if (deployment === undefined) return errorFrame(GUEST_ERRORS.sessionNotFound, tracingId);
    const body = {
      allowedMedia: allowedMedia(deployment),
      blockedExtensions: deployment.blockedExtensions,
      maxCustomDataBytes: deployment.maxCustomDataBytes,
      messageRoutingEnabled: true,
      sessionDurationSeconds: deployment.sessionDurationSeconds,
    };
    return response('GetConfigurationResponse', body, tracingId);
  }

  /** The conversation stays open, and so does the requesting connection, so that it can start a new session. */
  private close(connection: ServerConnection, request: GuestRequest): ServerFrame {
    const session = this.tools.registry.find(request.token);
    if (session === undefined || connection.guest?.token !== session.token) {
      return errorFrame(GUEST_ERRORS.sessionNotFound, request.tracingId);
    }
    session.closeRequests += 1;
    if (request.fields['closeAllConnections'] === true) session.closeConnections(undefined, connection);
    session.detach(connection);
    const answer = { connected: false, readOnly: session.isReadOnly };
    return response('SessionResponse', answer, request.tracingId);
  }
}
