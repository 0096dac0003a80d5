import type { Session } from '@genesys-guest-sessions/client';

/** Answer of `/v1/console/session`. */
export interface ConsoleSession {
  readonly caller: string;
  readonly scopes: readonly string[];
  readonly csrfToken: string;
  /** False in the open modes, which take requests without a credential. */
  readonly needsLogin: boolean;
  readonly expiresAt?: string;
  readonly idleTimeoutSeconds?: number;
}

export interface Replica {
  readonly id: string;
  readonly address?: string;
  readonly state: 'live' | 'leaving' | 'lost';
  readonly leaseUntil?: string;
  readonly sessions: number;
  readonly isResponding: boolean;
}

/** Answer of `GET /v1/replicas`. */
export interface ReplicaList {
  readonly replicas: readonly Replica[];
  readonly at: string;
}

/** Figures of one step; null or absent where no replica has written any. */
export interface StatisticsPoint {
  readonly at: string;
  readonly opened: number | null;
  readonly ended: Readonly<Record<string, number>> | null;
  readonly live: number | null;
  /** Failures by the code of their problem. */
  readonly failed: Readonly<Record<string, number>> | null;
  readonly beats: {
    readonly count: number;
    readonly latenessP50Ms: number | null;
    readonly latenessP99Ms: number | null;
  } | null;
  /** Used share of the budget of each OAuth client, 0 to 1. */
  readonly budget: readonly { readonly oauthClient: string; readonly used: number }[] | null;
  readonly deliveries: {
    readonly count: number;
    readonly delayP50Ms: number | null;
    readonly delayP99Ms: number | null;
    readonly dead: number;
  } | null;
}

/** Answer of `GET /v1/statistics`; `step` is in seconds. */
export interface Statistics {
  readonly from: string;
  readonly to: string;
  readonly step: number;
  /** Minutes before this moment are complete. */
  readonly writtenUntil: string;
  readonly points: readonly StatisticsPoint[];
}

/** A session with the fields that only the console's release of the API has. */
export type ConsoleListedSession = Session & {
  /** Absent: opened without a credential. */
  readonly caller?: string;
  readonly guestRef?: string;
};

/** Filters of `GET /v1/sessions`. */
export interface SessionFilters {
  readonly state?: Session['state'];
  readonly channel?: string;
  readonly queueId?: string;
  readonly caller?: string;
  readonly startedFrom?: string;
  readonly startedTo?: string;
  readonly conversationId?: string;
  readonly guestRef?: string;
}

interface Answer<T> {
  readonly data: T;
  readonly response: Response;
}

interface PendingOperations {
  'GET /v1/console/session': ConsoleSession;
  'POST /v1/console/session': ConsoleSession;
  'DELETE /v1/console/session': undefined;
  'GET /v1/statistics': Statistics;
  'GET /v1/replicas': ReplicaList;
  'GET /v1/sessions': { readonly items: ConsoleListedSession[]; readonly nextCursor: string | null };
}

interface PendingInit {
  readonly body?: unknown;
  readonly params?: { readonly query?: object };
  readonly signal?: AbortSignal;
}

type PendingMethod<M extends string> = <P extends string>(
  path: `${M} ${P}` extends keyof PendingOperations ? P : never,
  init?: PendingInit,
) => Promise<Answer<PendingOperations[`${M} ${P}` & keyof PendingOperations]>>;

/** Operations that the description of the API does not have yet. */
export interface PendingApi {
  readonly GET: PendingMethod<'GET'>;
  readonly POST: PendingMethod<'POST'>;
  readonly DELETE: PendingMethod<'DELETE'>;
}
