import { type BeforeApplicationShutdown, Injectable, Optional } from '@nestjs/common';
import { UpstreamInvalidResponseError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import { abortable } from '../../common/time/abortable';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { type ApiCall, GenesysApiClient } from '../transport/genesys-api-client';
import { type Fields, objectsIn } from '../fields';
import { type BatchAnswer, BatchedReads } from './batched-reads';
import { type ConversationSnapshot, type SnapshotEnd, snapshotOf } from './conversation-snapshot';

/** Genesys Cloud documents no limit of ids; a URL of 50 stays below 2 kB. */
const MAX_IDS = 50;

/** The operation of the requests, and the time for which a read waits for others to share one with. */
export interface ReadPurpose {
  readonly operation: 'state' | 'reconcile';
  readonly collectMs: number;
}

const BEATS: ReadPurpose = { operation: 'state', collectMs: 250 };

/** A conversation as the platform shows it; `gone` if there is no such conversation, with the platform's word for that. */
export type ConversationState =
  | { readonly kind: 'shown'; readonly snapshot: ConversationSnapshot }
  | { readonly kind: 'gone'; readonly word?: string };

type Found = ConversationSnapshot | undefined;

/**
 * Reads whether conversations have ended: many in one request (`GET /api/v2/analytics/conversations/details`), and singly
 * those that analytics do not show yet, or show as ended. The reads of an OAuth client within a quarter of a second share
 * a request, which takes the place of a beat in the client's budget. A request that is refused is read singly: it is not
 * documented how many ids one may have, nor what a single unknown id does.
 */
@Injectable()
export class ConversationStates implements BeforeApplicationShutdown {
  private readonly reads = new Map<string, BatchedReads<Found>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly api: GenesysApiClient,
    private readonly config: GenesysConfig,
    private readonly clock: Clock,
    @Optional() private readonly purpose: ReadPurpose = BEATS,
  ) {}

  /** Rejects with an `UpstreamError`, or the reason of the signal. */
  async read(
    genesysConversationId: string,
    oauthClient: string,
    signal: AbortSignal,
  ): Promise<ConversationState> {
    const found = await abortable(this.readsOf(oauthClient).read(genesysConversationId), signal);
    const shown = found.get(genesysConversationId);
    if (shown !== undefined && shown.ended === undefined) return { kind: 'shown', snapshot: shown };
    // Analytics lag: a message may have continued the thread since the end that they show, in this session or a later one.
    const current = await this.readSingly(genesysConversationId, oauthClient, signal);
    return current.kind === 'shown'
      ? { ...current, snapshot: withEndOf(current.snapshot, shown?.ended) }
      : current;
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
    for (const reads of this.reads.values()) reads.flush();
  }

  /** There are as many as OAuth clients. */
  private readsOf(oauthClient: string): BatchedReads<Found> {
    const known = this.reads.get(oauthClient);
    if (known !== undefined) return known;
    const reads = new BatchedReads((ids) => this.readTogether(ids, oauthClient), {
      maxIds: MAX_IDS,
      collectMs: this.purpose.collectMs,
    });
    this.reads.set(oauthClient, reads);
    return reads;
  }

  private async readTogether(ids: readonly string[], oauthClient: string): Promise<BatchAnswer<Found>> {
    const path = ['analytics', 'conversations', 'details'];
    const query = { id: ids.join(',') };
    const answer = await this.unlessRejected(this.get({ path, query, oauthClient }, this.stopping.signal));
    const now = this.clock.now();
    return new Map(
      objectsIn(answer, 'conversations').flatMap((conversation) => {
        const snapshot = snapshotOf(conversation, now);
        return snapshot === undefined ? [] : [[snapshot.conversationId, snapshot] as const];
      }),
    );
  }

  /** Nothing was found where the request was refused for its content. */
  private async unlessRejected(answer: Promise<Fields>): Promise<Fields> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof UpstreamRejectedError) return {};
      throw error;
    }
  }

  private async readSingly(id: string, oauthClient: string, signal: AbortSignal): Promise<ConversationState> {
    const path = ['conversations', 'messages', id];
    try {
      const snapshot = snapshotOf(await this.get({ path, oauthClient }, signal), this.clock.now());
      if (snapshot === undefined) throw new UpstreamInvalidResponseError('no conversation');
      return { kind: 'shown', snapshot };
    } catch (error) {
      if (!(error instanceof UpstreamRejectedError) || !error.gone) throw error;
      return { kind: 'gone', ...(error.refusal === undefined ? {} : { word: error.refusal }) };
    }
  }

  private async get(
    call: Pick<ApiCall, 'path' | 'query' | 'oauthClient'>,
    signal: AbortSignal,
  ): Promise<Fields> {
    const patienceMs = this.config.rateWindowMs;
    const answer = await this.api.call(
      { operation: this.purpose.operation, method: 'GET', patienceMs, ...call },
      signal,
    );
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    return jsonObjectOf(answer);
  }
}

/** Analytics know the cause of an end better than the conversation itself. */
function withEndOf(current: ConversationSnapshot, shown: SnapshotEnd | undefined): ConversationSnapshot {
  return current.ended === undefined || shown === undefined ? current : { ...current, ended: shown };
}
