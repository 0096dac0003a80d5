import { isoOfLocal } from '../format/local-time';
import type { ReplaySpan } from './replay-fields';

export const EMPTY_SPAN: ReplaySpan = { conversationId: '', from: '', to: '' };

interface ReplayBody {
  readonly conversationId?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The body of a replay: empty fields are absent. */
export function replayBodyOf(span: ReplaySpan): ReplayBody {
  const conversationId = span.conversationId.trim();
  const from = isoOfLocal(span.from);
  const to = isoOfLocal(span.to);
  return {
    ...(conversationId === '' ? {} : { conversationId }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
