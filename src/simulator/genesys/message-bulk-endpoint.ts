import { Answer, jsonAnswer } from '../server/answer';
import type { Admitted } from './conversation-endpoint';
import { platformError } from './platform-error';

/** The details of a message, with the conversation that it belongs to. */
export type MessageDetails = Readonly<Record<string, unknown>> & { readonly conversationId: string };

const BULK = /^\/api\/v2\/conversations\/messages\/([^/]+)\/messages\/bulk$/;
const MAX_IDS = 1_000;

/** The details of up to 1,000 messages of one conversation. Ids of other conversations' messages are left out. */
export class MessageBulkEndpoint {
  constructor(
    private readonly hasConversation: (id: string) => boolean,
    private readonly find: (messageId: string) => MessageDetails | undefined,
  ) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    const conversationId = BULK.exec(request.path)?.[1];
    if (conversationId === undefined) return undefined;
    if (request.method !== 'POST') return platformError({ status: 405 }, correlationId);
    if (!this.hasConversation(conversationId)) return platformError({ status: 404 }, correlationId);
    const ids: unknown = request.body;
    if (!Array.isArray(ids) || ids.length > MAX_IDS || !ids.every((id) => typeof id === 'string'))
      return platformError({ status: 400 }, correlationId);
    const entities = [...new Set(ids)]
      .map((id) => this.find(id))
      .filter((details) => details?.conversationId === conversationId);
    return jsonAnswer(200, { entities });
  }
}
