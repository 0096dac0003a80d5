import { ApiClient } from './api-client';
import type { TestCaller } from './callers';
import { waitFor } from './wait-for';
import type { WebhookCaller } from './webhook-callers';
import type { WebhookJournal } from './webhook-journal';

/** Time-out of a request that is repeated while replicas are killed and started. */
const ANSWERED_WITHIN_MS = 120_000;
/** Time-out for openings without an answer, and for sessions of a killed replica, which get another holder. */
const OVER_WITHIN_MS = 240_000;
const OVER = ['terminated', 'disconnected', 'failed'];

/** The end of a session, as its caller reads it. */
export interface EndedSession {
  readonly conversationId: string;
  readonly state: string;
}

/**
 * Sessions of callers, opened and ended at the replicas in turn. Requests are repeated until they are answered, so that
 * replicas may be killed; an opening without an answer leaves a session that `over` ends.
 */
export class WebhookLoad {
  /** Sessions that were opened and ended. */
  lived = 0;
  private turn = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly callers: readonly TestCaller[],
  ) {}

  /** Opens a session of one of the callers, and ends it after `hold`. */
  async live(index: number, hold: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    const caller = this.callerAt(index);
    const conversationId = await this.repeated(caller, (api) => api.opened());
    await hold();
    await this.repeated(caller, (api) => end(api, conversationId));
    this.lived += 1;
  }

  /** Ends the sessions that are left; resolves with all sessions of each caller once they are over. */
  over(): Promise<readonly (readonly EndedSession[])[]> {
    return Promise.all(this.callers.map((caller) => this.overOf(caller)));
  }

  private overOf(caller: TestCaller): Promise<EndedSession[]> {
    return this.repeated(
      caller,
      async (api) => {
        const sessions = await allSessions(api);
        const left = sessions.filter(({ state }) => !OVER.includes(state));
        for (const { conversationId, state } of left) if (state === 'active') await end(api, conversationId);
        if (left.length > 0) throw new Error(`${left.length} sessions of ${caller.entry.name} are not over`);
        return sessions;
      },
      OVER_WITHIN_MS,
    );
  }

  /** Each attempt goes to another replica. */
  private repeated<T>(
    { headers }: TestCaller,
    attempt: (api: ApiClient) => Promise<T>,
    withinMs = ANSWERED_WITHIN_MS,
  ): Promise<T> {
    return waitFor(() => attempt(new ApiClient(this.nextUrl(), headers)), withinMs);
  }

  private nextUrl(): string {
    this.turn += 1;
    return this.urls[this.turn % this.urls.length] ?? '';
  }

  private callerAt(index: number): TestCaller {
    const caller = this.callers[index % this.callers.length];
    if (caller === undefined) throw new Error('There is no caller');
    return caller;
  }
}

/** Describes what receivers have not accepted yet of the sessions of their callers. */
export function untoldTo(
  callers: readonly WebhookCaller[],
  sessions: readonly (readonly EndedSession[])[],
): string[] {
  return callers.flatMap(({ receivers }, index) =>
    receivers.flatMap(({ journal }) => untold(journal, sessions[index] ?? [])),
  );
}

/** The sessions whose events a receiver has not accepted to the last one. */
function untold(journal: WebhookJournal, sessions: readonly EndedSession[]): string[] {
  return sessions
    .map(({ conversationId, state }) => ({ conversationId, state, types: journal.typesOf(conversationId) }))
    .filter(({ state, types }) => types.at(-1) !== `session.${state}`)
    .map(({ conversationId, state, types }) => `${conversationId} is ${state}, told ${types.join(' ')}`);
}

async function end(api: ApiClient, conversationId: string): Promise<void> {
  const { status } = await api.end(conversationId);
  if (status > 299) throw new Error(`An end was answered with ${status}`);
}

async function allSessions(api: ApiClient): Promise<EndedSession[]> {
  const sessions: EndedSession[] = [];
  let cursor: unknown;
  do {
    const from = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const { status, body } = await api.list(`?limit=200${from}`);
    if (status !== 200) throw new Error(`The list was answered with ${status}`);
    sessions.push(...(body['items'] as EndedSession[]));
    cursor = body['nextCursor'];
  } while (typeof cursor === 'string');
  return sessions;
}
