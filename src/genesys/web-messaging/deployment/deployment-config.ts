import { Injectable, Logger } from '@nestjs/common';
import { UpstreamError } from '../../../common/errors/upstream.errors';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import type { EndDetection } from '../../../session/domain/end-detection';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import { GenesysHttpClient } from '../../transport/genesys-http-client';
import {
  type Fields,
  fieldsIn,
  flagIn,
  omitUndefined,
  objectsIn,
  textIn,
  textsIn,
  wholeNumberIn,
} from '../../fields';
import type { UploadMode } from '../upload/file-limits';

/** The features that the deployment grants to guests. */
export interface Deployment {
  readonly isActive: boolean;
  /** Guests join a conversation as soon as their session begins. */
  readonly autoStarts: boolean;
  /** Guests may end their conversation for good. */
  readonly allowsClear: boolean;
  readonly showsGuestTyping: boolean;
  /** Guests may authenticate. */
  readonly allowsLogin: boolean;
  /** Guests may authenticate during a session that has begun without authentication. */
  readonly allowsStepUp: boolean;
  /** The files that guests may send; undefined where attachments are enabled, and each session states its limits. */
  readonly uploadModes?: readonly UploadMode[];
  /** The way in which the end of a conversation by the agent is signalled. */
  readonly endDetection: EndDetection;
  /** Guests have to log in when their session begins; otherwise they cannot send messages. */
  readonly requiresLogin: boolean;
}

const FRESH_MS = 300_000;
/** Time after a failed refresh for which the previous description is used. */
const RETRY_MS = 10_000;

/**
 * The public description of the configured deployment, fetched at most every five minutes. While it cannot be fetched,
 * the previous one applies.
 */
@Injectable()
export class DeploymentConfig {
  private readonly log = new Logger('WebMessaging');
  private latest: Deployment | undefined;
  private freshUntil = -Infinity;
  private inFlight: Promise<Deployment> | undefined;
  private readonly listeners: ((deployment: Deployment) => void)[] = [];

  constructor(
    private readonly http: GenesysHttpClient,
    private readonly config: WebMessagingConfig,
  ) {}

  /** Rejects with an `UpstreamError`, of which nothing has taken effect, when there is no description and the fetch fails. */
  async get(): Promise<Deployment> {
    if (this.latest !== undefined && performance.now() < this.freshUntil) return this.latest;
    this.inFlight ??= this.refresh().finally(() => {
      this.inFlight = undefined;
    });
    return this.inFlight;
  }

  /** The latest description, without waiting; an outdated or missing one is fetched in the background. */
  peek(): Deployment | undefined {
    if (performance.now() >= this.freshUntil)
      this.get().catch((error: unknown) => {
        this.log.debug({ message: 'Deployment fetch failed', error });
      });
    return this.latest;
  }

  /** Registers a listener for each description that is read from now on; it must not throw. */
  onRead(listener: (deployment: Deployment) => void): void {
    this.listeners.push(listener);
  }

  private async refresh(): Promise<Deployment> {
    try {
      this.latest = await this.fetch();
      this.freshUntil = performance.now() + FRESH_MS;
    } catch (error) {
      this.freshUntil = performance.now() + RETRY_MS;
      if (this.latest === undefined) throw error;
      return this.latest;
    }
    for (const listener of this.listeners) listener(this.latest);
    return this.latest;
  }

  /** Single flight: all callers share it, so that none of their signals aborts it; the request time-out bounds it. */
  private async fetch(): Promise<Deployment> {
    const url = this.config.deploymentUrl;
    try {
      const answer = await this.http.send({ operation: 'deployment', method: 'GET', url, headers: {} });
      const error = errorOf(answer);
      if (error !== undefined) throw error;
      return deploymentOf(jsonObjectOf(answer));
    } catch (error) {
      // No session has been requested yet.
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
    ...omitUndefined({ uploadModes: uploadModesIn(fieldsIn(fieldsIn(body, 'messenger'), 'fileUpload')) }),
    endDetection: endDetectionOf(fieldsIn(conversations, 'conversationDisconnect')),
  };
}

/** The upload modes; undefined without any, and then the session states the limits. */
function uploadModesIn(fileUpload: Fields): readonly UploadMode[] | undefined {
  if (flagIn(fileUpload, 'enableAttachments')) return undefined;
  const modes = objectsIn(fileUpload, 'modes').map((mode) => ({
    fileTypes: textsIn(mode, 'fileTypes'),
    ...omitUndefined({ maxFileSizeKB: wholeNumberIn(mode, 'maxFileSizeKB') }),
  }));
  return modes.length === 0 ? undefined : modes;
}

/** `none` unless the setting is enabled. Only `ReadOnly` makes the conversation refuse messages after the event. */
function endDetectionOf(disconnect: Fields): EndDetection {
  if (!flagIn(disconnect, 'enabled')) return 'none';
  return textIn(disconnect, 'type') === 'ReadOnly' ? 'read-only' : 'event';
}
