import { Injectable } from '@nestjs/common';
import { UpstreamInvalidResponseError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import { boundedTextIn, type Fields, idIn, isFields, objectsIn, textIn, textsIn, timeIn } from '../fields';
import type { NotificationChannel } from '../ports/notification-channel.store';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { type ApiCall, GenesysApiClient } from '../transport/genesys-api-client';
import type { GenesysAnswer } from '../transport/genesys-answer';
import { ChannelGoneError } from './channel-gone.errors';

/** Limit of the wait for budget, in milliseconds: the callers repeat a request that fails. */
const PATIENCE_MS = 10_000;
/** Lifetime of a channel, if the platform states none. */
const LIFETIME_MS = 86_400_000;
const MAX_URI_LENGTH = 2_048;
const CHANNELS = ['notifications', 'channels'];

/** A channel that has no slot yet. */
export type NewChannel = Omit<NotificationChannel, 'slot'>;

/** A topic to which the OAuth client may not subscribe. */
export interface RejectedTopic {
  readonly topic: string;
  readonly missingPermissions: readonly string[];
}

/** A topic that the platform offers. */
export interface AvailableTopic {
  readonly id: string;
  readonly transports: readonly string[];
  readonly requiresPermissions: readonly string[];
}

type Request = Pick<ApiCall, 'method' | 'path' | 'query' | 'body'>;

/**
 * Requests to the platform's notification service. All of them are made as the first OAuth client, since a channel belongs
 * to the client that has made it. Each method rejects with an `UpstreamError` or `StorageUnavailableError`.
 */
@Injectable()
export class NotificationRequests {
  constructor(
    private readonly api: GenesysApiClient,
    private readonly config: GenesysConfig,
    private readonly clock: Clock,
  ) {}

  /** Makes a channel. Beyond 20 channels of the OAuth client the platform removes another one. */
  async create(signal: AbortSignal): Promise<NewChannel> {
    const answer = await this.send({ method: 'POST', path: CHANNELS, body: {} }, signal);
    return channelOf(jsonObjectOf(accepted(answer)), this.clock.now());
  }

  /**
   * Replaces all subscriptions of a channel, at most 1,000. Resolves with the topics that the platform rejects; rejects with
   * `ChannelGoneError` for a channel that the platform does not have.
   */
  async subscribe(
    channelId: string,
    topics: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly RejectedTopic[]> {
    const path = [...CHANNELS, channelId, 'subscriptions'];
    const body = topics.map((id) => ({ id }));
    // Without `ignoreErrors` one topic without a permission makes the platform refuse all of them.
    const answer = await this.send({ method: 'PUT', path, query: { ignoreErrors: 'true' }, body }, signal);
    const error = errorOf(answer);
    if (error instanceof UpstreamRejectedError && error.gone) throw new ChannelGoneError({ cause: error });
    return rejectedIn(jsonObjectOf(accepted(answer)));
  }

  async availableTopics(signal: AbortSignal): Promise<readonly AvailableTopic[]> {
    const path = ['notifications', 'availabletopics'];
    const query = { expand: 'requiresPermissions,transports' };
    const { entities } = jsonObjectOf(accepted(await this.send({ method: 'GET', path, query }, signal)));
    if (!Array.isArray(entities)) throw new UpstreamInvalidResponseError('no list of topics');
    return entities.filter(isFields).flatMap(topicIn);
  }

  private send(request: Request, signal: AbortSignal): Promise<GenesysAnswer> {
    const [oauthClient = ''] = this.config.clients.ids;
    return this.api.call(
      { ...request, operation: 'notification', oauthClient, patienceMs: PATIENCE_MS },
      signal,
    );
  }
}

function accepted(answer: GenesysAnswer): GenesysAnswer {
  const error = errorOf(answer);
  if (error !== undefined) throw error;
  return answer;
}

function channelOf(fields: Fields, now: number): NewChannel {
  const id = idIn(fields, 'id');
  const connectUri = boundedTextIn(fields, 'connectUri', MAX_URI_LENGTH);
  if (id === undefined || connectUri === undefined)
    throw new UpstreamInvalidResponseError('a channel without its id or address');
  const stated = timeIn(fields, 'expires') ?? 0;
  return { id, connectUri, createdAt: now, expiresAt: stated > now ? stated : now + LIFETIME_MS };
}

function rejectedIn(fields: Fields): readonly RejectedTopic[] {
  return objectsIn(fields, 'entities')
    .filter((entity) => textIn(entity, 'state')?.toLowerCase() === 'rejected')
    .flatMap((entity) => {
      const topic = textIn(entity, 'id');
      return topic === undefined
        ? []
        : [{ topic, missingPermissions: textsIn(entity, 'missingPermissions') }];
    });
}

function topicIn(fields: Fields): readonly AvailableTopic[] {
  const id = textIn(fields, 'id');
  const [transports, requiresPermissions] = [
    textsIn(fields, 'transports'),
    textsIn(fields, 'requiresPermissions'),
  ];
  return id === undefined ? [] : [{ id, transports, requiresPermissions }];
}
