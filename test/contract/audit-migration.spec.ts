import { headerOf } from '../../src/audit/domain/audit-export';
import { AuditVerifier } from '../../src/audit/domain/audit-verifier';
import { auditChain } from '../../src/persistence/migrations/0006-audit-chain';
import {
  createEmptyStorage,
  DIALECTS,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { createFirstSchema } from './earlier-schemas';

/** More records than the migration reads in one batch. */
const EARLIER = 1_203;

describe.each(DIALECTS)(`${auditChain.name} on %s`, (dialect) => {
  let storage: TestStorage;

  beforeEach(async () => {
    storage = await createEmptyStorage(dialect);
  });

  afterEach(async () => {
    await storage.remove();
  });

  it('chains the records of earlier releases unchanged and in order, and continues from there', async () => {
    const earlier = Array.from({ length: EARLIER }, (_, index) => ({
      at: 1_000 + index,
      action: index % 3 === 0 ? 'CRM_SYNC_FAILED' : 'SESSION_INITIALIZED',
      conversation_id: index % 10 === 0 ? '' : `conversation-${index % 7}`,
      request_id: index % 2 === 0 ? null : `request-${index}`,
      detail: JSON.stringify({ index }),
    }));
    await createFirstSchema(storage.config, [newSession()], earlier);

    const stores = await TestStores.open(storage.config);
    await stores.activated();
    const chains = await stores.trail.chains();
    const verifier = new AuditVerifier();
    verifier.take(JSON.stringify(headerOf(chains, 0)));
    const records = [];
    for (const { chain, after, head } of chains)
      records.push(...(await stores.trail.page(chain, after.seq, head.seq, 10_000)));
    for (const record of records) verifier.take(JSON.stringify(record));
    verifier.end();

    expect([verifier.finding, verifier.records]).toEqual([undefined, EARLIER + 1]);
    const told = records
      .filter(({ conversationId }) => conversationId === 'conversation-3')
      .map(({ detail }) => Number(detail['index']));
    expect(told.length).toBeGreaterThan(100);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(records.find(({ detail }) => detail['index'] === 3)).toMatchObject({
      at: '1970-01-01T00:00:01.003Z',
      actor: { type: 'unknown', name: '' },
      action: 'CRM_SYNC_FAILED',
      conversationId: 'conversation-3',
      outcome: 'failure',
      requestId: 'request-3',
    });
    await stores.close();
  });
});
