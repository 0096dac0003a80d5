import type { OpenMessaging } from '../open-messaging/open-messaging';
import { openMessageDetails } from '../open-messaging/open-message-details';
import { Answer } from '../server/answer';
import { webMessageDetails } from '../web-messaging/message-conversation-endpoint';
import { SessionRegistry } from '../web-messaging/session-registry';
import { ConversationDetails } from './conversation-details';
import { ConversationDetailsEndpoint } from './conversation-details-endpoint';
import type { Admitted } from './conversation-endpoint';
import { ConversationStateEndpoint } from './conversation-state-endpoint';
import { ConversationView, FindConversation } from './conversation-view';
import { DetailsQueryEndpoint } from './details-query-endpoint';
import { MessageBulkEndpoint, MessageDetails } from './message-bulk-endpoint';

/** The reads that cover the conversations of all channels: state, analytics, and messages in bulk. */
export class PlatformReads {
  private readonly states: ConversationStateEndpoint;
  private readonly details: ConversationDetailsEndpoint;
  private readonly query: DetailsQueryEndpoint;
  private readonly bulk: MessageBulkEndpoint;

  constructor(
    private readonly web: SessionRegistry,
    private readonly open: OpenMessaging,
  ) {
    const find: FindConversation = (id) => open.registry.find(id) ?? web.findRecord(id)?.toView();
    const details = new ConversationDetails(open.settings);
    this.states = new ConversationStateEndpoint(find);
    this.details = new ConversationDetailsEndpoint(find, details);
    this.query = new DetailsQueryEndpoint(() => this.conversations(), details);
    this.bulk = new MessageBulkEndpoint(
      (id) => find(id) !== undefined,
      (id) => this.findMessage(id),
    );
  }

  /** Returns undefined for any other path. */
  answer(admitted: Admitted): Answer | undefined {
    return (
      this.states.answer(admitted) ??
      this.details.answer(admitted) ??
      this.query.answer(admitted) ??
      this.bulk.answer(admitted)
    );
  }

  private *conversations(): Iterable<ConversationView> {
    yield* this.open.registry;
    for (const record of this.web.records()) yield record.toView();
  }

  private findMessage(id: string): MessageDetails | undefined {
    const message = this.open.registry.findMessage(id);
    if (message !== undefined) return openMessageDetails(id, message);
    const said = this.web.findMessage(id);
    return said === undefined ? undefined : webMessageDetails(id, said);
  }
}
