import { Injectable } from '@nestjs/common';
import { UpstreamTimeoutError } from '../../common/errors/upstream.errors';
import { withDeadline } from '../../common/time/deadline';
import { WebMessagingConfig } from '../../config/web-messaging.config';
import {
  AuthenticationNotEnabledError,
  GuestNotAuthenticatedError,
} from '../../session/domain/authentication.errors';
import type { Login } from '../../session/domain/login';
import { SessionNotActiveError } from '../../session/domain/messaging.errors';
import type { Conversation } from '../../session/ports/conversation';
import { GuestAuthentication } from '../../session/ports/guest-authentication';
import { type Credentials, GuestCredentials } from '../../session/ports/guest-credentials';
import { DeploymentConfig } from './deployment/deployment-config';
import { GuestSockets } from './guest-sockets';
import { GuestLogin } from './login/guest-login';
import { isEnd } from './socket/verdict';

/** Authenticates guests over their sockets, when their sessions begin or later. */
@Injectable()
export class WebAuthentication extends GuestAuthentication {
  constructor(
    private readonly sockets: GuestSockets,
    private readonly deployment: DeploymentConfig,
    private readonly login: GuestLogin,
    private readonly credentials: GuestCredentials,
    private readonly config: WebMessagingConfig,
  ) {
    super();
  }

  /**
   * Exchanges the login before a session begins as an authenticated one. A login can be exchanged once: credentials that
   * an earlier process has got for it are reused.
   */
  async prepare(
    { conversationId, guestContext }: Conversation,
    login: Login,
    signal: AbortSignal,
  ): Promise<void> {
    const { allowsLogin } = await this.deployment.get();
    if (!allowsLogin) throw new AuthenticationNotEnabledError('login');
    if ((await this.credentials.find(conversationId)) !== undefined) return;
    const credentials = await this.login.exchange(login, signal, guestContext?.journeyContext);
    await this.credentials.keep(conversationId, credentials);
  }

  async logIn(conversation: Conversation, login: Login, parent: AbortSignal): Promise<void> {
    await this.assertAllowed(conversation);
    const socket = this.sockets.get(conversation);
    await withDeadline(this.config.timeoutMs, parent, async (signal, isOver) => {
      try {
        // A login can be exchanged once, and so only when there is a connection to use it on.
        await socket.untilLive(signal);
        const journey = conversation.guestContext?.journeyContext;
        await socket.stepUp(await this.login.exchange(login, signal, journey), signal);
      } catch (error) {
        if (isEnd(socket.reason)) throw new SessionNotActiveError();
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  async logOut({ conversationId }: Conversation, signal: AbortSignal): Promise<void> {
    const credentials = await this.credentials.find(conversationId);
    if (credentials !== undefined) await this.revoke(conversationId, credentials, signal);
    // The server would only report the logout.
    this.sockets.forget(conversationId);
  }

  private async assertAllowed({ conversationId }: Conversation): Promise<void> {
    const { allowsLogin, allowsStepUp } = await this.deployment.get();
    if (!allowsLogin) throw new AuthenticationNotEnabledError('login');
    if (allowsStepUp || (await this.credentials.find(conversationId)) !== undefined) return;
    throw new AuthenticationNotEnabledError('step-up');
  }

  /** Renews an expired token for the revocation. One that cannot be renewed is already invalid. */
  private async revoke(
    conversationId: string,
    { jwt, refreshToken }: Credentials,
    signal: AbortSignal,
  ): Promise<void> {
    if ((await this.login.revoke(jwt, signal)) || refreshToken === undefined) return;
    try {
      const renewed = { jwt: await this.login.refresh(refreshToken, signal), refreshToken };
      await this.credentials.keep(conversationId, renewed);
      await this.login.revoke(renewed.jwt, signal);
    } catch (error) {
      if (!(error instanceof GuestNotAuthenticatedError)) throw error;
    }
  }
}
