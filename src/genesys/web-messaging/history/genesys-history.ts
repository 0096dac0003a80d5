import { Injectable } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { abortable } from '../../../common/time/abortable';
import { GenesysConfig } from '../../../config/genesys.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import { GenesysHttpClient } from '../../transport/genesys-http-client';
import { numberIn, objectsIn } from '../../fields';
import { guestMessageOf } from '../frames/guest-message';
import { GuestHistory, type HistoryPage } from './guest-history';

const PAGE_SIZE = 25;
/** Half of the connections to the platform, so that a thousand concurrent histories do not starve other requests. */
const AT_A_TIME = 64;

/**
 * Reads the history from the public API, with the guest's own token and outside of any OAuth client's budget. At most 64
 * requests run at once; further ones wait.
 */
@Injectable()
export class GenesysHistory extends GuestHistory {
  private readonly turns = bulkhead(AT_A_TIME, Infinity);

  constructor(
    private readonly http: GenesysHttpClient,
    private readonly genesys: GenesysConfig,
    private readonly config: WebMessagingConfig,
  ) {
    super();
  }

  async page(jwt: string, pageNumber: number, signal: AbortSignal): Promise<HistoryPage> {
    const query = `pageSize=${PAGE_SIZE}&pageNumber=${pageNumber}`;
    const url = `${this.genesys.apiUrl}/api/v2/webmessaging/messages?${query}`;
    const headers = { authorization: `Bearer ${jwt}`, origin: this.config.origin };
    const request = { operation: 'history', method: 'GET', url, headers } as const;
    const turn = this.turns.execute(() => {
      signal.throwIfAborted();
      return this.http.send(request, signal);
    });
    const answer = await abortable(turn, signal);
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    const body = jsonObjectOf(answer);
    const messages = objectsIn(body, 'entities').map(guestMessageOf);
    const pageCount = numberIn(body, 'pageCount') ?? Number.POSITIVE_INFINITY;
    return { messages, isLast: messages.length === 0 || pageNumber >= pageCount };
  }
}
