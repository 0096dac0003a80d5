import { linked } from './audit-chain';
import { CHAIN_START, type ChainLink } from './chain-link';
import type { AuditRecord } from './audit-record';

/** A record after another one of its chain; by default the first one of chain 0. */
export function anAuditRecord(
  facts: Partial<Omit<AuditRecord, 'seq' | 'prevHash' | 'hash'>> = {},
  previous: ChainLink = CHAIN_START,
): AuditRecord {
  return linked(
    {
      schema: 1,
      chain: 0,
      at: '2027-01-15T08:00:00.000Z',
      actor: { type: 'caller', name: 'billing' },
      action: 'SESSION_INITIALIZED',
      target: { type: 'session', id: 'a' },
      conversationId: 'a',
      outcome: 'success',
      reason: null,
      requestId: 'request-1',
      before: 'connecting',
      after: 'active',
      detail: {},
      ...facts,
    },
    previous,
  );
}
