import { platformError, tooManyRequests } from '../genesys/platform-error';
import { Answer, jsonAnswer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { allowsOrigin } from './deployment';
import { GuestSession } from './guest-session';
import { SessionRegistry } from './session-registry';
import { SignedTokens } from './signed-tokens';
import { Throttle } from './throttle';

const HISTORY_PATH = '/api/v2/webmessaging/messages';

const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 100;

/** The messages of the session, newest first, for the bearer of a token that `getJwt` issues. */
export class HistoryEndpoint {
  constructor(
    private readonly registry: SessionRegistry,
    private readonly tokens: SignedTokens,
    private readonly throttle: Throttle,
    private readonly now: () => number,
  ) {}

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest, correlationId: string): Answer | undefined {
    if (request.path !== HISTORY_PATH) return undefined;
    if (request.method !== 'GET') return platformError({ status: 405 }, correlationId);
    const session = this.sessionOf(request);
    if (session === undefined) return platformError({ status: 401 }, correlationId);
    const { origin } = request.headers;
    if (origin !== undefined && !allowsOrigin(session.deployment, origin)) {
      return platformError({ status: 403, code: 'not.authorized' }, correlationId);
    }
    if (!this.throttle.admits('historyPerSession', session.historyWindow)) {
      return tooManyRequests(String(this.throttle.secondsLeft(session.historyWindow)), correlationId);
    }
    return page(session, request);
  }

  private sessionOf({ headers: { authorization = '' } }: SimulatedRequest): GuestSession | undefined {
    const [, token = ''] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    return this.registry.find(this.tokens.verify('history', token, this.now())?.sub);
  }
}

function page({ messages }: GuestSession, { query }: SimulatedRequest): Answer {
  const pageSize = Math.min(MAX_PAGE_SIZE, countIn(query['pageSize'], DEFAULT_PAGE_SIZE));
  const pageNumber = countIn(query['pageNumber'], 1);
  const newestFirst = messages.toReversed();
  const from = (pageNumber - 1) * pageSize;
  return jsonAnswer(200, {
    entities: newestFirst.slice(from, from + pageSize).map((message) => message.toEntity()),
    pageSize,
    pageNumber,
    total: messages.length,
    pageCount: Math.ceil(messages.length / pageSize),
  });
}

function countIn(text: string | undefined, fallback: number): number {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : fallback;
}
