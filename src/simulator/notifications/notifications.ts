import { ConversationView } from '../genesys/conversation-view';
import { Answer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { UpgradeRequest } from '../server/simulated-service';
import { TimerSet } from '../server/timer-set';
import { ChannelActions } from './channel-actions';
import { ChannelGateway } from './channel-gateway';
import { ChannelRegistry } from './channel-registry';
import { Disturbance } from './disturbance';
import { EventLog } from './event-log';
import { DetailEventSink, EventPublisher } from './event-publisher';
import { NotificationOptions, NotificationSettings, settingsOf } from './notification-options';
import { PushQueue } from './push-queue';
import { SocketSender } from './socket-sender';
import { Subscriptions } from './subscriptions';

const SWEEP_MS = 1_000;

/**
 * The notification service of the platform: channels with sockets, topics of conversations and detail events, and the
 * push of these over HTTP. Tests read its events and disturb its sockets and pushes through it.
 */
export class Notifications {
  readonly settings: NotificationSettings;
  readonly channels: ChannelRegistry;
  readonly subscriptions: Subscriptions;
  /** The events so far, with the number of their frames. */
  readonly log: EventLog;
  /** Losses, repeats and delays of frames. */
  readonly socketDisturbance: Disturbance;
  /** The pushes of detail events over HTTP and their targets. */
  readonly pushes: PushQueue;
  /** Losses, repeats and delays of pushes. */
  readonly pushDisturbance: Disturbance;
  /** Acts of the platform and of the network on channels and sockets. */
  readonly actions: ChannelActions;
  private readonly gateway: ChannelGateway;
  private readonly sender: SocketSender;
  private readonly publisher: EventPublisher;
  private readonly timers = new TimerSet();

  constructor(options: NotificationOptions, now: () => number) {
    this.settings = settingsOf(options, now);
    this.channels = new ChannelRegistry(this.settings);
    this.subscriptions = new Subscriptions(this.channels, this.settings);
    this.gateway = new ChannelGateway(this.channels, this.subscriptions, this.settings);
    this.log = new EventLog(this.settings.keptEvents);
    this.socketDisturbance = new Disturbance(this.settings.socketDisturbance);
    this.sender = new SocketSender(this.socketDisturbance);
    this.pushDisturbance = new Disturbance(this.settings.pushDisturbance);
    this.pushes = new PushQueue(this.pushDisturbance, this.settings);
    this.actions = new ChannelActions(this.channels);
    const push: DetailEventSink = (event, envelope) => this.pushes.add(event, envelope);
    this.publisher = new EventPublisher(this.channels, this.sender, this.log, this.settings, push);
    this.sweepRegularly();
  }

  /** Publishes the events of a change. */
  publish(conversation: ConversationView): void {
    this.publisher.publish(conversation);
  }

  /** Returns undefined when the socket was taken over. */
  upgrade(request: SimulatedRequest, wire: UpgradeRequest): Answer | undefined {
    return this.gateway.upgrade(request, wire);
  }

  describe(): unknown {
    return {
      clients: this.channels.describe(),
      channels: this.channels.size,
      events: this.log.total,
      pushes: this.pushes.total,
      pendingPushes: this.pushes.pending,
      socketDisturbance: this.socketDisturbance.describe(),
      pushDisturbance: this.pushDisturbance.describe(),
    };
  }

  /**
   * Removes all channels, breaks their sockets, drops pending pushes, returns to the disturbances of the options, and
   * clears events and counts. The targets of pushes stay.
   */
  reset(): void {
    this.channels.clear();
    this.sender.reset();
    this.publisher.clear();
    this.log.clear();
    this.actions.reset();
    this.pushes.reset();
    this.socketDisturbance.reset();
    this.pushDisturbance.reset();
  }

  /** Breaks all sockets, drops pending pushes and stops the timers. */
  close(): void {
    this.timers.clear();
    this.actions.close();
    this.sender.close();
    this.pushes.close();
    this.channels.clear();
  }

  private sweepRegularly(): void {
    this.timers.after(SWEEP_MS, () => {
      this.channels.sweep();
      this.sweepRegularly();
    });
  }
}
