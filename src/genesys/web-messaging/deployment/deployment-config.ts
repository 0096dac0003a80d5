import { Injectable, Logger } from '@nestjs/common';
import { UpstreamError } from '../../../common/errors/upstream.errors';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import type { EndDetection } from '../../../session/domain/end-detection';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import { GenesysHttp } from '../../transport/genesys-http';
import {
  type Fields,
  fieldsIn,
  flagIn,
  omitUndefined,
  objectsIn,
  textIn,
  textsIn,
  wholeNumberIn,
} from '../frames/fields';
import type { UploadMode } from '../upload/file-limits';

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
  /** The files that they may send; undefined where attachments are enabled, and each session says it. */
  readonly uploadModes?: readonly UploadMode[];
  /** How guests are told that the agent has ended the conversation. */
  readonly endDetection: EndDetection;
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
  private readonly log = new Logger('WebMessaging');
  private latest: Deployment | undefined;
  private freshUntil = -Infinity;
  private inFlight: Promise<Deployment> | undefined;
  private readonly listeners: ((deployment: Deployment) => void)[] = [];

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

  /** The last description, without waiting: an old one, or none, is replaced in the background. */
  peek(): Deployment | undefined {
    if (performance.now() >= this.freshUntil)
      this.get().catch((error: unknown) => {
        this.log.debug({ message: 'Deployment not readable', error });
      });
    return this.latest;
  }

  /** `listener` is called with each description that is read from here on; it must not throw. */
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
    ...omitUndefined({ uploadModes: uploadModesIn(fieldsIn(fieldsIn(body, 'messenger'), 'fileUpload')) }),
    endDetection: endDetectionOf(fieldsIn(conversations, 'conversationDisconnect')),
  };
}

/** Without any mode it is left to the session as well. */
function uploadModesIn(fileUpload: Fields): readonly UploadMode[] | undefined {
  if (flagIn(fileUpload, 'enableAttachments')) return undefined;
  const modes = objectsIn(fileUpload, 'modes').map((mode) => ({
    fileTypes: textsIn(mode, 'fileTypes'),
    ...omitUndefined({ maxFileSizeKB: wholeNumberIn(mode, 'maxFileSizeKB') }),
  }));
  return modes.length === 0 ? undefined : modes;
}

/** Off unless it is switched on. Only `ReadOnly` makes the conversation refuse messages after the event. */
function endDetectionOf(disconnect: Fields): EndDetection {
  if (!flagIn(disconnect, 'enabled')) return 'none';
  return textIn(disconnect, 'type') === 'ReadOnly' ? 'read-only' : 'event';
}
