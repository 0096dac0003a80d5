import { Injectable } from '@nestjs/common';
import { UpstreamError } from '../../common/errors/upstream.errors';
import { WebMessagingConfig } from '../../config/web-messaging.config';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { GenesysHttp } from '../transport/genesys-http';
import { type Fields, fieldsIn, flagIn, textIn } from './frames/fields';

/** What the deployment lets guests do. */
export interface Deployment {
  readonly isActive: boolean;
  /** Guests join a conversation as soon as their session begins. */
  readonly autoStarts: boolean;
  /** Guests may end their conversation for good. */
  readonly allowsClear: boolean;
  readonly showsGuestTyping: boolean;
  /** Guests may show who they are. */
  readonly allowsLogin: boolean;
  /** They may do so during a session that they have begun as nobody in particular. */
  readonly allowsStepUp: boolean;
  /** A guest cannot send a message unless it has logged in when its session began. */
  readonly requiresLogin: boolean;
}

const FRESH_MS = 300_000;
/** After a failure, an old description is good enough for this long. */
const RETRY_MS = 10_000;

/**
 * The public description of our deployment, fetched at most every five minutes. While it cannot be fetched the last
 * one counts.
 */
@Injectable()
export class DeploymentConfig {
  private latest: Deployment | undefined;
  private freshUntil = 0;
  private inFlight: Promise<Deployment> | undefined;

  constructor(
    private readonly http: GenesysHttp,
    private readonly config: WebMessagingConfig,
  ) {}

  /** Rejects with an `UpstreamError` when there is none yet and it cannot be fetched; nothing has taken effect then. */
  async get(): Promise<Deployment> {
    if (this.latest !== undefined && performance.now() < this.freshUntil) return this.latest;
    this.inFlight ??= this.refresh().finally(() => {
      this.inFlight = undefined;
    });
    return this.inFlight;
  }

  private async refresh(): Promise<Deployment> {
    try {
      this.latest = await this.fetch();
      this.freshUntil = performance.now() + FRESH_MS;
      return this.latest;
    } catch (error) {
      if (this.latest === undefined) throw error;
      this.freshUntil = performance.now() + RETRY_MS;
      return this.latest;
    }
  }

  /** Shared by all who ask, so none of their signals ends it: it is bounded by the time-out of every request. */
  private async fetch(): Promise<Deployment> {
    const url = this.config.deploymentUrl;
    try {
      const answer = await this.http.send({ operation: 'deployment', method: 'GET', url, headers: {} });
      const error = errorOf(answer);
      if (error !== undefined) throw error;
      return deploymentOf(jsonObjectOf(answer));
    } catch (error) {
      // Nobody has asked for a session yet.
      if (error instanceof UpstreamError) error.mayHaveTakenEffect = false;
      throw error;
    }
  }
}

function deploymentOf(body: Fields): Deployment {
  const apps = fieldsIn(fieldsIn(body, 'messenger'), 'apps');
  const conversations = fieldsIn(apps, 'conversations');
  const auth = fieldsIn(body, 'auth');
  const allowsLogin = flagIn(auth, 'enabled');
  const allowsStepUp = flagIn(auth, 'allowSessionUpgrade');
  return {
    isActive: textIn(body, 'status') !== 'Inactive',
    autoStarts: flagIn(fieldsIn(conversations, 'autoStart'), 'enabled'),
    allowsClear: flagIn(fieldsIn(conversations, 'conversationClear'), 'enabled'),
    showsGuestTyping: flagIn(conversations, 'showUserTypingIndicator'),
    allowsLogin,
    allowsStepUp,
    requiresLogin: allowsLogin && !allowsStepUp,
  };
}
