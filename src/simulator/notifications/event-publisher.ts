import { stateOf } from '../genesys/conversation-state-endpoint';
import { ConversationView, ParticipantView } from '../genesys/conversation-view';
import { ChannelRegistry } from './channel-registry';
import { snapshotOf } from './conversation-snapshot';
import { ConversationTracker, Transition } from './conversation-tracker';
import { DetailEvent, detailEventsOf } from './detail-events';
import { EventEnvelope, envelopeOf } from './event-envelope';
import { EventLog, LoggedEvent } from './event-log';
import { NotificationSettings } from './notification-options';
import { SocketSender } from './socket-sender';
import { conversationTopic, detailTopic, messageConversationTopic, queueTopic, userTopic } from './topics';

/** Receives every detail event; returns the number of pushes that it started. */
export type DetailEventSink = (event: DetailEvent, envelope: EventEnvelope) => number;

/**
 * Turns changes of conversations into events: the detail events of every transition, and the whole state for the
 * topics that have subscribers. Nothing is stored for a client that is not connected.
 */
export class EventPublisher {
  private readonly tracker = new ConversationTracker();

  constructor(
    private readonly channels: ChannelRegistry,
    private readonly sender: SocketSender,
    private readonly log: EventLog,
    private readonly settings: NotificationSettings,
    private readonly push: DetailEventSink,
  ) {}

  publish(conversation: ConversationView): void {
    const transitions = this.tracker.transitionsOf(conversation);
    for (const transition of transitions) {
      for (const event of detailEventsOf(conversation, transition, this.settings)) this.publishDetail(event);
    }
    this.publishState(conversation, transitions);
  }

  clear(): void {
    this.tracker.clear();
  }

  private publishDetail(event: DetailEvent): void {
    const { conversationId, suffix, eventBody } = event;
    const envelope = envelopeOf(detailTopic(conversationId, suffix), eventBody, this.settings.now());
    this.send(envelope, conversationId).pushed = this.push(event, envelope);
  }

  private publishState(conversation: ConversationView, transitions: readonly Transition[]): void {
    const { id } = conversation;
    const topics = [...this.routingTopicsOf(conversation, transitions), messageConversationTopic(id)];
    const wanted = topics.filter((topic) => this.channels.hasSubscribers(topic));
    if (wanted.length > 0) {
      const snapshot = snapshotOf(conversation);
      for (const topic of wanted) this.send(envelopeOf(topic, snapshot, this.settings.now()), id);
    }
    const topic = conversationTopic(id);
    if (this.channels.hasSubscribers(topic))
      this.send(envelopeOf(topic, stateOf(conversation), this.settings.now()), id);
  }

  private routingTopicsOf(conversation: ConversationView, transitions: readonly Transition[]): Set<string> {
    const topics = new Set<string>();
    for (const participant of conversation.participants) {
      if (!this.isInScope(participant, transitions)) continue;
      if (participant.queueId !== undefined) topics.add(queueTopic(participant.queueId));
      if (participant.userId !== undefined) topics.add(userTopic(participant.userId));
    }
    return topics;
  }

  private isInScope(participant: ParticipantView, transitions: readonly Transition[]): boolean {
    if (this.settings.topicScope === 'ever') return true;
    const isLive = participant.sessions.at(-1)?.endedAt === undefined;
    return isLive || transitions.some((transition) => transition.participant === participant);
  }

  private send(envelope: EventEnvelope, conversationId: string): LoggedEvent {
    const entry = this.log.add(envelope, conversationId, this.settings.now());
    for (const channel of this.channels.subscribersOf(envelope.topicName))
      this.sender.send(channel, envelope, entry);
    return entry;
  }
}
