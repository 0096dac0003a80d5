import { UpstreamError } from '../../common/errors/upstream.errors';
import type { BeatOutcome } from '../../session/ports/guest-channel';
import { classOf, REACTIONS } from '../transport/reactions';

/** The outcome of a beat that met this error, or none, by the table of reactions. */
export function beatOutcomeOf(error: unknown): BeatOutcome {
  const cause = classOf(error);
  const { beat } = REACTIONS[cause];
  if (beat === 'ok') return { kind: beat };
  if (beat === 'gone') {
    const refusal = error instanceof UpstreamError ? error.refusal : undefined;
    return { kind: beat, ...(refusal === undefined ? {} : { endCause: refusal }) };
  }
  const retryAfterMs = error instanceof UpstreamError ? error.retryAfterMs : undefined;
  if (beat === 'failed' || retryAfterMs === undefined) return { kind: beat, cause };
  return { kind: beat, cause, retryAfterMs, ...(cause === 'overload' ? { isHeldBack: true } : {}) };
}
