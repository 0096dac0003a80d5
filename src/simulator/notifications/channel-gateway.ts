import { RawData, WebSocket, WebSocketServer } from 'ws';
import { Answer, problemAnswer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { UpgradeRequest } from '../server/simulated-service';
import { asFields } from '../web-messaging/guest-request';
import { ChannelConnection, ChannelFrame, metadataFrame } from './channel-connection';
import { ChannelRegistry } from './channel-registry';
import { NotificationChannel } from './notification-channel';
import { NotificationSettings } from './notification-options';
import { Subscriptions } from './subscriptions';

export const CHANNEL_PATH = '/channels/';

const MAX_FRAME_BYTES = 256 * 1024;

/** Accepts the sockets of notification channels and answers their requests. A channel has one socket at a time. */
export class ChannelGateway {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_FRAME_BYTES,
  });

  constructor(
    private readonly channels: ChannelRegistry,
    private readonly subscriptions: Subscriptions,
    private readonly settings: NotificationSettings,
  ) {}

  /** Returns undefined when the socket was taken over. */
  upgrade({ path }: SimulatedRequest, { incoming, socket, head }: UpgradeRequest): Answer | undefined {
    const channel = this.channels.find(path.slice(CHANNEL_PATH.length));
    if (channel === undefined) return problemAnswer(401, 'the channel is unknown or has expired');
    this.sockets.handleUpgrade(incoming, socket, head, (webSocket) => {
      this.welcome(webSocket, channel);
    });
    return undefined;
  }

  private welcome(socket: WebSocket, channel: NotificationChannel): void {
    const earlier = channel.connection;
    if (earlier !== undefined) {
      this.leave(channel, earlier);
      earlier.close(1000, 'duplicate_id');
    }
    const connection = new ChannelConnection(socket, this.settings.heartbeatMs);
    channel.attach(connection);
    this.channels.noteConnect(channel);
    this.channels.touch(channel);
    socket.on('message', (data, isBinary) => {
      this.receive(channel, connection, isBinary ? undefined : data);
    });
    // An invalid frame closes the socket; nothing else has to be done about it.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.leave(channel, connection);
    });
  }

  private leave(channel: NotificationChannel, connection: ChannelConnection): void {
    if (channel.detach(connection) && !this.settings.keepsSubscriptions) channel.topics.clear();
  }

  private receive(channel: NotificationChannel, connection: ChannelConnection, data?: RawData): void {
    // A socket passes one buffer unless it is configured otherwise.
    const request = asFields(parse((data as Buffer | undefined)?.toString('utf8') ?? ''));
    switch (request['message']) {
      case 'ping':
        this.channels.touch(channel);
        connection.send(metadataFrame('pong'));
        break;
      case 'subscribe':
        connection.send(this.subscribe(channel, request['topics'], request['correlationId']));
        break;
      default:
        connection.send({ result: '400', status: 'error', message: 'The message is unknown.' });
    }
  }

  private subscribe(channel: NotificationChannel, topics: unknown, correlationId: unknown): ChannelFrame {
    const answer = (result: string, more: ChannelFrame): ChannelFrame => ({ result, ...more, correlationId });
    if (this.channels.find(channel.id) === undefined)
      return answer('404', { status: 'failure', message: 'The channel was not found.' });
    if (!Array.isArray(topics) || !topics.every((topic) => typeof topic === 'string'))
      return answer('400', { status: 'error', message: 'The topics are invalid.' });
    const result = this.subscriptions.change(channel, { topics, replaces: false, ignoresErrors: false });
    return result.kind === 'accepted'
      ? answer('200', { status: 'subscribed', topics })
      : answer('400', { status: 'failure', message: 'The topics were rejected.' });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Data that is not JSON is no request, which the answer says.
    return undefined;
  }
}
