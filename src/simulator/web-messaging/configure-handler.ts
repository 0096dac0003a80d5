import { ConversationHandler } from './conversation-handler';
import { allowedMedia, Deployment } from './deployment';
import { ServerConnection } from './server-connection';
import { errorFrame, GUEST_ERRORS, GuestError, missingParameter } from './guest-error';
import { GuestIdentities } from './guest-identities';
import { asFields, GuestRequest, textOf } from './guest-request';
import { GuestSession, GuestUser } from './guest-session';
import { event, response, ServerFrame } from './server-frame';
import { SessionRegistry } from './session-registry';
import { Throttle } from './throttle';
import { WebMessagingSettings } from './web-messaging-options';

const MAX_TOKEN_LENGTH = 2048;

export interface ConfigureTools {
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly registry: SessionRegistry;
  readonly conversations: ConversationHandler;
  readonly identities: GuestIdentities;
  readonly throttle: Throttle;
  readonly settings: WebMessagingSettings;
}

/**
 * Starts sessions and reconnects guests to theirs. A live session is resumed, also by `startNew`, unless it is
 * read-only; an ended session is gone, and its token starts a new one.
 */
export class ConfigureHandler {
  constructor(private readonly tools: ConfigureTools) {}

  /** Sends the answer itself when further frames follow it. */
  configure(connection: ServerConnection, request: GuestRequest): ServerFrame | undefined {
    connection.log.configures += 1;
    const session = this.sessionFor(request);
    if ('code' in session) return errorFrame(session, request.tracingId);
    session.configures += 1;
    const refusal = this.tools.throttle.refuse('configuresPerSession', session.configureWindow, request);
    if (refusal !== undefined) return refusal;
    if (request.action === 'configureAuthenticatedSession') {
      return this.configureAuthenticated(connection, request, session);
    }
    if (session.user !== undefined) return errorFrame(GUEST_ERRORS.cannotDowngrade, request.tracingId);
    session.journeyContext = request.fields['journeyContext'];
    return this.enter(connection, request, session);
  }

  private sessionFor({ token, fields }: GuestRequest): GuestSession | GuestError {
    const deploymentId = textOf(fields['deploymentId']);
    if (token === undefined || token.length > MAX_TOKEN_LENGTH) return missingParameter('token');
    if (deploymentId === undefined) return missingParameter('deploymentId');
    const deployment = this.tools.deployments.get(deploymentId);
    if (deployment?.status !== 'Active') return GUEST_ERRORS.sessionNotFound;
    const known = this.tools.registry.find(token);
    if (known !== undefined) return known.deployment === deployment ? known : GUEST_ERRORS.sessionNotFound;
    const session = new GuestSession(token, deployment, this.tools.settings);
    this.tools.registry.add(session);
    return session;
  }

  private configureAuthenticated(
    connection: ServerConnection,
    request: GuestRequest,
    session: GuestSession,
  ): ServerFrame | undefined {
    const user = this.userFor(request, session);
    if ('code' in user) return errorFrame(user, request.tracingId);
    const clearedExistingSession = this.replaceOthersOf(user, session);
    const isStepUp = session.isLive && session.user === undefined;
    session.user = user;
    const answer = this.enter(connection, request, session, clearedExistingSession);
    if (!isStepUp) return answer;
    session.closeConnections('signedIn', connection);
    connection.send(answer);
    this.tools.conversations.signIn(session, user.firstName, user.lastName);
    return undefined;
  }

  private userFor({ fields }: GuestRequest, session: GuestSession): GuestUser | GuestError {
    const { enabled, allowSessionUpgrade } = session.deployment.auth;
    const jwt = textOf(asFields(fields['data'])['code']);
    if (!enabled) return GUEST_ERRORS.notAuthenticated;
    if (jwt === undefined) return GUEST_ERRORS.authenticationFailed;
    const user = this.tools.identities.findUser(jwt);
    if (user === undefined) return GUEST_ERRORS.unauthorized;
    const isUpgrade = session.isLive && session.user === undefined;
    const isOther = session.user !== undefined && session.user.id !== user.id;
    return isOther || (isUpgrade && !allowSessionUpgrade) ? GUEST_ERRORS.authenticationFailed : user;
  }

  /** Closes the user's session on another device, because a user has one session. Returns whether there was one. */
  private replaceOthersOf(user: GuestUser, session: GuestSession): boolean {
    let hasReplaced = false;
    for (const other of this.tools.registry) {
      if (other === session || other.user?.id !== user.id || !other.isLive) continue;
      other.end('replaced', event('ConnectionClosedEvent', { reason: 'signedIn', reasonCode: 'signedIn' }));
      other.dropConnections();
      hasReplaced = true;
    }
    return hasReplaced;
  }

  private enter(
    connection: ServerConnection,
    request: GuestRequest,
    session: GuestSession,
    clearedExistingSession = false,
  ): ServerFrame {
    const startsNew = request.fields['startNew'] === true && session.isReadOnly;
    const newSession = !session.isLive || startsNew;
    if (newSession) session.begin();
    const former = this.tools.registry.find(connection.guest?.token);
    if (former !== session) former?.detach(connection);
    session.attach(connection);
    session.keepConnections(this.tools.settings.limits.connectionsPerToken);
    return sessionResponse(session, { newSession, clearedExistingSession }, request.tracingId);
  }
}

function sessionResponse(
  session: GuestSession,
  { newSession, clearedExistingSession }: { newSession: boolean; clearedExistingSession: boolean },
  tracingId: string | undefined,
): ServerFrame {
  const { deployment, isReadOnly: readOnly, expirationDate, autoStarted } = session;
  return response(
    'SessionResponse',
    {
      connected: true,
      newSession,
      readOnly,
      maxCustomDataBytes: deployment.maxCustomDataBytes,
      allowedMedia: allowedMedia(deployment),
      blockedExtensions: deployment.blockedExtensions,
      clearedExistingSession,
      durationSeconds: deployment.sessionDurationSeconds,
      expirationDate,
      autoStarted,
    },
    tracingId,
  );
}
