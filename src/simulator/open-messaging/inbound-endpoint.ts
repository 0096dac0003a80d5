import type { Admitted } from '../genesys/conversation-endpoint';
import { platformError } from '../genesys/platform-error';
import { Answer, jsonAnswer } from '../server/answer';
import { asFields, Fields } from '../web-messaging/guest-request';
import { INBOUND_CHECKS, InboundKind, isInboundKind } from './inbound-checks';
import { InboundHandler } from './inbound-handler';
import { OpenIntegration } from './open-integration';
import { OpenMessagingSettings } from './open-messaging-options';

export const MESSAGES_PREFIX = '/api/v2/conversations/messages/';

const INBOUND = new RegExp(`^${MESSAGES_PREFIX}([^/]+)/inbound/open/(.+)$`);

/** Splits the path of an inbound request; undefined for any other path. */
export function inboundIn(
  path: string,
): { readonly integrationId: string; readonly kind: string } | undefined {
  const [, integrationId, kind] = INBOUND.exec(path) ?? [];
  return integrationId === undefined || kind === undefined ? undefined : { integrationId, kind };
}

/** The REST endpoint of the guests' side: messages, typing events, receipts and structured responses. */
export class InboundEndpoint {
  constructor(
    private readonly integrations: ReadonlyMap<string, OpenIntegration>,
    private readonly handler: InboundHandler,
    private readonly settings: OpenMessagingSettings,
  ) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    const inbound = inboundIn(request.path);
    if (inbound === undefined) return undefined;
    const { integrationId, kind } = inbound;
    const integration = this.integrations.get(integrationId);
    if (!isInboundKind(kind)) return platformError({ status: 404 }, correlationId);
    if (request.method !== 'POST') return platformError({ status: 405 }, correlationId);
    if (integration === undefined) {
      const message = `Integration ${integrationId} was not found.`;
      return platformError({ status: 404, message }, correlationId);
    }
    const body = asFields(request.body);
    const wrong = INBOUND_CHECKS[kind](body);
    if (wrong !== undefined) return platformError({ status: 400, ...wrong }, correlationId);
    const prefetch = request.query['prefetchConversationId'] === 'true';
    const accepted = this.accept(kind, integration, body, prefetch);
    return accepted === undefined
      ? platformError({ status: 404 }, correlationId)
      : jsonAnswer(this.settings.inboundStatus, accepted);
  }

  private accept(
    kind: InboundKind,
    integration: OpenIntegration,
    body: Fields,
    prefetch: boolean,
  ): Fields | undefined {
    switch (kind) {
      case 'message': {
        const { message, conversationId } = this.handler.message(integration, body);
        return prefetch ? { ...message, conversationId } : message;
      }
      case 'event':
        return this.handler.event(integration, body);
      case 'receipt':
        return this.handler.receipt(integration, body);
      case 'structured/response':
        return this.handler.structuredResponse(integration, body);
    }
  }
}
