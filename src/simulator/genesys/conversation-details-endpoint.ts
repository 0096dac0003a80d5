import { Answer, jsonAnswer } from '../server/answer';
import type { Admitted } from './conversation-endpoint';
import { ConversationDetails } from './conversation-details';
import { FindConversation } from './conversation-view';
import { platformError } from './platform-error';

const DETAILS_PATH = '/api/v2/analytics/conversations/details';
/** The platform's maximum is not public; this is the number that the product assumes. */
const MAX_IDS = 50;

/**
 * Analytics of up to 50 conversations in a call. It leaves out conversations that are unknown or too young for the lag.
 */
export class ConversationDetailsEndpoint {
  constructor(
    private readonly find: FindConversation,
    private readonly details: ConversationDetails,
  ) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    if (request.path !== DETAILS_PATH) return undefined;
    if (request.method !== 'GET') return platformError({ status: 405 }, correlationId);
    const ids = (request.query['id'] ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0 || ids.length > MAX_IDS) {
      const details = [{ errorCode: 'invalid.value', fieldName: 'id' }];
      return platformError({ status: 400, details }, correlationId);
    }
    const known = [...new Set(ids)].map((id) => this.find(id)).filter((found) => found !== undefined);
    return jsonAnswer(200, { conversations: this.details.of(known) });
  }
}
