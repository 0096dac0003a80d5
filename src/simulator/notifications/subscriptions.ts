import { ChannelRegistry } from './channel-registry';
import { NotificationChannel } from './notification-channel';
import { NotificationSettings } from './notification-options';
import { templateOf } from './topics';

/** The result for one topic of a request. */
export type SubscriptionEntity =
  | { readonly id: string; readonly state: 'Permitted' }
  | {
      readonly id: string;
      readonly state: 'Rejected';
      readonly rejectionReason: string;
      readonly missingPermissions: readonly string[];
    };

export interface SubscriptionRequest {
  readonly topics: readonly string[];
  /** Removes the subscriptions that the request does not name. */
  readonly replaces: boolean;
  /** Takes the permitted topics although others are rejected. */
  readonly ignoresErrors: boolean;
}

export type SubscriptionResult =
  | { readonly kind: 'accepted' | 'rejected'; readonly entities: readonly SubscriptionEntity[] }
  | { readonly kind: 'too-many' };

/** Permissions for topics of a template; the public lists do not name them. */
export function permissionsOf(template: string): readonly string[] {
  return template.startsWith('v2.detail.')
    ? ['analytics:conversationDetail:view']
    : ['conversation:message:view'];
}

/** Changes the subscriptions of channels, over REST and over the socket, with the platform's limit. */
export class Subscriptions {
  /** Templates of topics without permission. */
  forbidden: ReadonlySet<string>;

  constructor(
    private readonly channels: ChannelRegistry,
    private readonly settings: NotificationSettings,
  ) {
    this.forbidden = new Set(settings.forbiddenTopics);
  }

  /** Changes nothing unless the result is `accepted`. An accepted change extends the channel's life. */
  change(channel: NotificationChannel, request: SubscriptionRequest): SubscriptionResult {
    this.channels.touch(channel);
    const entities = [...new Set(request.topics)].map((topic) => this.entityOf(topic));
    const permitted = entities.filter(({ state }) => state === 'Permitted').map(({ id }) => id);
    if (permitted.length < entities.length && !request.ignoresErrors) return { kind: 'rejected', entities };
    const topics = new Set([...(request.replaces ? [] : channel.topics), ...permitted]);
    if (topics.size > this.settings.topicsPerChannel) return { kind: 'too-many' };
    channel.topics.clear();
    for (const topic of topics) channel.topics.add(topic);
    this.channels.extend(channel);
    return { kind: 'accepted', entities };
  }

  private entityOf(id: string): SubscriptionEntity {
    const template = templateOf(id);
    if (template === undefined)
      return { id, state: 'Rejected', rejectionReason: 'The topic is unknown.', missingPermissions: [] };
    if (!this.forbidden.has(template)) return { id, state: 'Permitted' };
    const missingPermissions = permissionsOf(template);
    return { id, state: 'Rejected', rejectionReason: 'A permission is missing.', missingPermissions };
  }
}
