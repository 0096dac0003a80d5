import type { CallKind, FailedCall } from './deployment-calls';

/** A kill, in `performance.now()`. */
export type KillTime = number;

/** A lease lasts 10 s; then others have the sessions within a second, and guest sockets are back. */
const FELT_FOR_MS = 16_000;

/** Failures that a kill explains, by a part of their cause, each with the kinds of requests that may have it. */
const EXPLANATIONS: readonly {
  readonly cause: RegExp;
  readonly kinds: readonly CallKind[];
  readonly reason: string;
}[] = [
  {
    cause: /session-moving/,
    kinds: ['message with a key', 'end'],
    reason: 'the session belonged to the killed replica, and its lease had not run out',
  },
  {
    cause: /^409 (request-in-progress|session-ended)/,
    kinds: ['open with a key'],
    reason:
      'the opening was in flight at the killed replica: its key waits for the lease, or its session was ended',
  },
  {
    cause: /^50[234] by the load balancer|no answer/,
    kinds: ['open without a key'],
    reason: 'it was in flight at the killed replica, and must not be repeated without a key',
  },
];

/** Failures with the same kind and cause. */
export interface FailureGroup {
  readonly kind: CallKind;
  readonly cause: string;
  readonly times: number;
  /** Start of the first one. */
  readonly firstAt: number;
  /** Undefined: nothing explains it. */
  readonly reason: string | undefined;
}

/** Groups the failures. A planned restart explains none, and a kill some of those that were in flight soon after it. */
export function explained(failures: readonly FailedCall[], kills: readonly KillTime[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const failure of failures) {
    const reason = reasonFor(failure, kills);
    const { kind, cause, startedAt } = failure;
    const name = JSON.stringify([kind, cause, reason]);
    const { times, firstAt } = groups.get(name) ?? { times: 0, firstAt: startedAt };
    groups.set(name, { kind, cause, reason, times: times + 1, firstAt });
  }
  return [...groups.values()];
}

function reasonFor(
  { kind, cause, startedAt, endedAt }: FailedCall,
  kills: readonly KillTime[],
): string | undefined {
  if (!kills.some((at) => endedAt >= at && startedAt <= at + FELT_FOR_MS)) return undefined;
  return EXPLANATIONS.find((one) => one.cause.test(cause) && one.kinds.includes(kind))?.reason;
}
