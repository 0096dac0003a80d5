import type { InputError } from '../../common/errors/domain.errors';
import { InvalidRequestError } from '../../common/errors/invalid-request.errors';
import { MINUTE_MS, minuteOf } from './figures';

const HOUR_MS = 3_600_000;
const MAX_POINTS = 240;
/** Up to this length a point is a minute by default. */
const BY_MINUTE_MS = 2 * HOUR_MS;

/** The requested span, in epoch milliseconds; `stepMs` is a whole number of minutes. */
export interface RequestedSpan {
  readonly from?: number;
  readonly to?: number;
  readonly stepMs?: number;
}

/** Whole minutes in points of `stepMs`: `from` is the first moment, `to` the first one after the last point. */
export interface StatisticsSpan {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/**
 * The span of an answer: it begins with the minute of `from` and has as many points as the requested time fills, so that
 * it ends with the last whole minute by default. Throws `InvalidRequestError` where `from` is not before `to`, where they
 * are further apart than `keepMs`, and for more than 240 points.
 */
export function spanOf(requested: RequestedSpan, now: number, keepMs: number): StatisticsSpan {
  const to = requested.to ?? now;
  const requestedFrom = requested.from ?? to - HOUR_MS;
  const lengthMs = to - requestedFrom;
  if (lengthMs <= 0) throw refusal('#/to', 'must be after from');
  if (lengthMs > keepMs) throw refusal('#/from', `must be at most ${keepMs / HOUR_MS} hours before to`);
  const stepMs = requested.stepMs ?? defaultStep(lengthMs);
  const points = Math.ceil(lengthMs / stepMs);
  if (points > MAX_POINTS)
    throw refusal('#/step', `must be so long that there are at most ${MAX_POINTS} points`);
  const from = minuteOf(requestedFrom);
  return { from, to: from + points * stepMs, stepMs };
}

function defaultStep(lengthMs: number): number {
  return lengthMs <= BY_MINUTE_MS ? MINUTE_MS : Math.ceil(lengthMs / MAX_POINTS / MINUTE_MS) * MINUTE_MS;
}

function refusal(pointer: string, detail: string): InvalidRequestError {
  const error: InputError = { pointer, code: 'out-of-range', detail };
  return new InvalidRequestError([error]);
}
