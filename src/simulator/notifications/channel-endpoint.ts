import type { Admitted } from '../genesys/conversation-endpoint';
import { platformError } from '../genesys/platform-error';
import { Answer, emptyAnswer, jsonAnswer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { isFields, textOf } from '../web-messaging/guest-request';
import { CHANNEL_PATH } from './channel-gateway';
import { ChannelRegistry } from './channel-registry';
import { NotificationChannel } from './notification-channel';
import { permissionsOf, Subscriptions } from './subscriptions';
import { TOPIC_TEMPLATES } from './topics';

const PREFIX = '/api/v2/notifications/';
const CHANNEL = /^channels\/([^/]+)(\/subscriptions)?$/;

/** The REST API of the notification service: channels, their subscriptions, and the topics. */
export class ChannelEndpoint {
  constructor(
    private readonly channels: ChannelRegistry,
    private readonly subscriptions: Subscriptions,
  ) {}

  /** Returns undefined for any other path. */
  answer(admitted: Admitted): Answer | undefined {
    const { request, correlationId } = admitted;
    if (!request.path.startsWith(PREFIX)) return undefined;
    const path = request.path.slice(PREFIX.length);
    if (path === 'channels') return this.channelsAnswer(admitted);
    if (path === 'availabletopics')
      return request.method === 'GET' ? jsonAnswer(200, topicList()) : wrongMethod(correlationId);
    const [, id, subscriptions] = CHANNEL.exec(path) ?? [];
    const channel = this.find(id, admitted);
    if (channel === undefined) return platformError({ status: 404 }, correlationId);
    if (subscriptions !== undefined) return this.subscriptionsAnswer(channel, admitted);
    this.channels.touch(channel);
    return request.method === 'HEAD' ? emptyAnswer(200) : wrongMethod(correlationId);
  }

  private channelsAnswer({ request, clientId, correlationId }: Admitted): Answer {
    const token = request.headers.authorization ?? '';
    const socketUrl = socketUrlOf(request);
    if (request.method === 'POST') {
      return jsonAnswer(200, this.channels.create({ clientId, token }).toResource(socketUrl));
    }
    if (request.method !== 'GET') return wrongMethod(correlationId);
    this.channels.sweep();
    const own = this.channels.of(clientId);
    const all =
      request.query['includechannels'] === 'token' ? own.filter(({ owner }) => owner.token === token) : own;
    return jsonAnswer(200, { entities: all.map((channel) => channel.toResource(socketUrl)) });
  }

  private subscriptionsAnswer(channel: NotificationChannel, { request, correlationId }: Admitted): Answer {
    switch (request.method) {
      case 'GET':
        this.channels.touch(channel);
        return jsonAnswer(200, { entities: [...channel.topics].map((id) => ({ id })) });
      case 'DELETE':
        channel.topics.clear();
        this.channels.touch(channel);
        return emptyAnswer(204);
      case 'POST':
      case 'PUT':
        return this.change(channel, request, correlationId);
      default:
        return wrongMethod(correlationId);
    }
  }

  private change(channel: NotificationChannel, request: SimulatedRequest, correlationId: string): Answer {
    const topics = topicsIn(request.body);
    if (topics === undefined) {
      const details = [{ errorCode: 'invalid.value', fieldName: 'id' }];
      return platformError({ status: 400, details }, correlationId);
    }
    const replaces = request.method === 'PUT';
    const ignoresErrors = request.query['ignoreErrors'] === 'true';
    const result = this.subscriptions.change(channel, { topics, replaces, ignoresErrors });
    switch (result.kind) {
      case 'accepted':
        return jsonAnswer(200, { entities: result.entities });
      case 'too-many':
        return platformError({ status: 400, message: 'The channel has too many topics.' }, correlationId);
      case 'rejected': {
        const rejected = result.entities.filter(({ state }) => state === 'Rejected').map(({ id }) => id);
        const message = `Access to these topics is denied: ${rejected.join(', ')}`;
        return platformError({ status: 403, message }, correlationId);
      }
    }
  }

  private find(id: string | undefined, { clientId }: Admitted): NotificationChannel | undefined {
    const channel = id === undefined ? undefined : this.channels.find(id);
    return channel?.owner.clientId === clientId ? channel : undefined;
  }
}

/** Returns undefined for anything but a list of objects with ids. */
function topicsIn(body: unknown): string[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const ids = body.map((entry) => (isFields(entry) ? textOf(entry['id']) : undefined));
  return ids.every((id) => id !== undefined) ? ids : undefined;
}

function topicList(): unknown {
  const entities = TOPIC_TEMPLATES.map((id) => ({
    id,
    description: `Changes of ${id}`,
    visibility: 'Public',
    enforced: true,
    transports: ['Websocket', ...(id.startsWith('v2.detail.') ? ['EventBridge', 'ProcessAutomation'] : [])],
    requiresPermissions: permissionsOf(id),
    topicParameters: ['id'],
  }));
  return { entities };
}

/** The sockets are at the address by which the client reached the simulator. */
function socketUrlOf({ headers }: SimulatedRequest): string {
  return `ws://${headers.host ?? 'localhost'}${CHANNEL_PATH.slice(0, -1)}`;
}

function wrongMethod(correlationId: string): Answer {
  return platformError({ status: 405 }, correlationId);
}
