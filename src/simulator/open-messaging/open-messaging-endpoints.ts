import type { Admitted } from '../genesys/conversation-endpoint';
import { Answer } from '../server/answer';
import { InboundEndpoint } from './inbound-endpoint';
import { IntegrationEndpoint } from './integration-endpoint';
import { OpenConversationEndpoint } from './open-conversation-endpoint';
import { OpenMessaging } from './open-messaging';
import { OrganizationEndpoint } from './organization-endpoint';
import { ThreadingEndpoint } from './threading-endpoint';

/** The platform API of Open Messaging, for admitted requests. */
export class OpenMessagingEndpoints {
  private readonly integrations: IntegrationEndpoint;
  private readonly inbound: InboundEndpoint;
  private readonly conversations: OpenConversationEndpoint;
  private readonly organization: OrganizationEndpoint;
  private readonly threading: ThreadingEndpoint;

  constructor({ settings, integrations, registry, agent, inbound, waitSeconds, threading }: OpenMessaging) {
    this.integrations = new IntegrationEndpoint(integrations, settings);
    this.inbound = new InboundEndpoint(integrations, inbound, settings);
    this.conversations = new OpenConversationEndpoint(registry, agent);
    this.organization = new OrganizationEndpoint(settings, waitSeconds);
    this.threading = new ThreadingEndpoint(threading);
  }

  /** Returns undefined for any other path, and for conversations of other channels. */
  answer(admitted: Admitted): Answer | undefined {
    return (
      this.integrations.answer(admitted) ??
      this.inbound.answer(admitted) ??
      this.conversations.answer(admitted) ??
      this.organization.answer(admitted) ??
      this.threading.answer(admitted)
    );
  }
}
