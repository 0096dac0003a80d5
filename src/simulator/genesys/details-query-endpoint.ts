import { Answer, jsonAnswer } from '../server/answer';
import { asFields } from '../web-messaging/guest-request';
import type { Admitted } from './conversation-endpoint';
import { ConversationDetails } from './conversation-details';
import { ConversationView } from './conversation-view';
import { filtersIn } from './details-filter';
import { platformError } from './platform-error';

const QUERY_PATH = '/api/v2/analytics/conversations/details/query';
const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 25;

interface DetailsQuery {
  readonly from: number;
  readonly to: number;
  readonly order: 'asc' | 'desc';
  readonly pageSize: number;
  readonly pageNumber: number;
}

/**
 * The query of analytics: the conversations that lived in an interval and pass the filters, by their start, in pages
 * of at most 100. It reads a few dimensions, and refuses the others.
 */
export class DetailsQueryEndpoint {
  constructor(
    private readonly all: () => Iterable<ConversationView>,
    private readonly details: ConversationDetails,
  ) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    if (request.path !== QUERY_PATH) return undefined;
    if (request.method !== 'POST') return platformError({ status: 405 }, correlationId);
    const body = asFields(request.body);
    const query = queryIn(body);
    const passesConversation = filtersIn(body['conversationFilters']);
    const passesSegment = filtersIn(body['segmentFilters']);
    if (query === undefined || passesConversation === undefined || passesSegment === undefined) {
      const message = 'The interval, the paging or a filter is invalid.';
      return platformError({ status: 400, message }, correlationId);
    }
    const { asOf } = this.details;
    const hits = [...this.all()]
      .filter((one) => isWithin(one, query, asOf))
      .filter((one) => passesConversation(one, asOf) && passesSegment(one, asOf))
      .sort((one, other) => one.startedAt - other.startedAt);
    if (query.order === 'desc') hits.reverse();
    const first = (query.pageNumber - 1) * query.pageSize;
    const conversations = this.details.of(hits.slice(first, first + query.pageSize));
    return jsonAnswer(200, { conversations, totalHits: hits.length });
  }
}

function isWithin(
  { startedAt, endedAt }: ConversationView,
  { from, to }: DetailsQuery,
  asOf: number,
): boolean {
  const hasEnded = endedAt !== undefined && endedAt <= asOf;
  return startedAt <= asOf && startedAt < to && (!hasEnded || endedAt >= from);
}

/** Returns undefined when the interval, the order or the paging is invalid. */
function queryIn({
  interval,
  order = 'asc',
  paging,
}: Readonly<Record<string, unknown>>): DetailsQuery | undefined {
  const [from = NaN, to = NaN] = String(interval).split('/').map(Date.parse);
  const { pageSize = DEFAULT_PAGE_SIZE, pageNumber = 1 } = asFields(paging);
  if (!(from < to) || (order !== 'asc' && order !== 'desc')) return undefined;
  if (!isFrom1To(MAX_PAGE_SIZE, pageSize) || !isFrom1To(Number.MAX_SAFE_INTEGER, pageNumber))
    return undefined;
  return { from, to, order, pageSize, pageNumber };
}

function isFrom1To(most: number, value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}
