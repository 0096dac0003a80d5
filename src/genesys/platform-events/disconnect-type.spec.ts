import { DISCONNECT_TYPES, disconnectIn, disconnectTypeOf, endedByOf, isTransfer } from './disconnect-type';

/** Canonical type, and its spelling in topics, REST responses, detail events and analytics. */
const SPELLINGS = [
  ['endpoint', 'endpoint', 'endpoint', 'ENDPOINT', 'endpoint'],
  ['endpoint-dnd', 'endpoint.dnd', 'endpoint.donotdisturb', 'DND_ENDPOINT', 'dndEndpoint'],
  ['client', 'client', 'client', 'CLIENT', 'client'],
  ['system', 'system', 'system', 'SYSTEM', 'system'],
  ['transfer', 'transfer', 'transfer', 'TRANSFER', 'transfer'],
  ['timeout', 'timeout', 'timeout', 'TIMEOUT', 'timeout'],
  [
    'transfer-conference',
    'transfer.conference',
    'transfer.conference',
    'CONFERENCE_TRANSFER',
    'conferenceTransfer',
  ],
  ['transfer-consult', 'transfer.consult', 'transfer.consult', 'CONSULT_TRANSFER', 'consultTransfer'],
  ['transfer-forward', 'transfer.forward', 'transfer.forward', 'FORWARD_TRANSFER', 'forwardTransfer'],
  ['transfer-no-answer', 'transfer.noanswer', 'transfer.noanswer', 'NO_ANSWER_TRANSFER', 'noAnswerTransfer'],
  [
    'transfer-not-available',
    'transfer.notavailable',
    'transfer.notavailable',
    'NOT_AVAILABLE_TRANSFER',
    'notAvailableTransfer',
  ],
  ['transfer-dnd', 'transfer.dnd', 'transfer.donotdisturb', 'DND_TRANSFER', 'dndTransfer'],
  ['transport-failure', 'transport.failure', 'transport.failure', 'TRANSPORT_FAILURE', 'transportFailure'],
  ['error', 'error', 'error', 'ERROR', 'error'],
  ['peer', 'peer', 'peer', 'PEER', 'peer'],
  ['other', 'other', 'other', 'OTHER', 'other'],
  ['spam', 'spam', 'spam', 'SPAM', 'spam'],
  ['uncallable', 'uncallable', 'uncallable', 'UNCALLABLE', 'uncallable'],
  ['inactivity', 'inactivity', 'inactivity', 'INACTIVITY', 'inactivity'],
  ['session-expired', 'session.expired', 'session.expired', 'SESSION_EXPIRED', 'sessionExpired'],
  ['takeover', 'takeover', 'takeover', 'TAKEOVER', 'takeover'],
  ['unknown', 'unknown', 'unknown', 'UNKNOWN', 'unknown'],
] as const;

describe(disconnectTypeOf.name, () => {
  it.each(SPELLINGS)('reads every spelling of %s', (type, ...spellings) => {
    expect(spellings.map(disconnectTypeOf)).toEqual(spellings.map(() => type));
  });

  it('has a case for every type', () => {
    expect(SPELLINGS.map(([type]) => type)).toEqual(DISCONNECT_TYPES);
  });

  it.each(['', '.', 'hung-up', 'transferred', 'endpoints', 'dnd', '__proto__', 'x'.repeat(100_000)])(
    'knows no other spelling',
    (raw) => {
      expect(disconnectTypeOf(raw)).toBeUndefined();
    },
  );
});

describe(disconnectIn.name, () => {
  it('keeps the raw text, known or not', () => {
    expect(disconnectIn({ d: 'SPAM' }, 'd')).toEqual({ type: 'spam', raw: 'SPAM' });
    expect(disconnectIn({ d: 'Moonlight' }, 'd')).toEqual({ raw: 'Moonlight' });
  });

  it('bounds an unknown text and makes it storable', () => {
    expect(disconnectIn({ d: 'x'.repeat(100_000) }, 'd')).toEqual({ raw: 'x'.repeat(64) });
    expect(disconnectIn({ d: 'a\0b\ud800' }, 'd')).toEqual({ raw: 'a\ufffdb\ufffd' });
  });

  it.each([undefined, null, 3, {}, [], ''])('reads none from %p', (d) => {
    expect(disconnectIn({ d }, 'd')).toBeUndefined();
  });
});

describe(isTransfer.name, () => {
  it('is true for transfers and takeovers only', () => {
    expect(DISCONNECT_TYPES.filter(isTransfer)).toEqual([
      'transfer',
      'transfer-conference',
      'transfer-consult',
      'transfer-forward',
      'transfer-no-answer',
      'transfer-not-available',
      'transfer-dnd',
      'takeover',
    ]);
    expect(isTransfer(undefined)).toBe(false);
  });
});

describe(endedByOf.name, () => {
  it.each([
    ['endpoint', 'peer', 'customer'],
    ['endpoint', undefined, 'customer'],
    ['endpoint', 'client', 'customer'],
    ['endpoint-dnd', undefined, 'customer'],
    ['client', 'peer', 'customer'],
    ['peer', 'client', 'agent'],
    ['peer', undefined, 'agent'],
    ['peer', 'transfer', 'agent'],
    ['client', undefined, 'agent'],
    ['client', 'client', 'agent'],
    ['peer', 'endpoint', 'agent'],
    ['inactivity', 'peer', 'inactivity'],
    ['timeout', undefined, 'inactivity'],
    ['peer', 'inactivity', 'inactivity'],
    ['session-expired', 'peer', 'expired'],
    ['peer', 'session-expired', 'expired'],
    ['spam', undefined, 'spam'],
    ['peer', 'spam', 'spam'],
    ['endpoint', 'spam', 'spam'],
    ['system', 'client', 'platform'],
    ['error', undefined, 'platform'],
    ['transport-failure', undefined, 'platform'],
    ['uncallable', undefined, 'platform'],
    ['peer', 'system', 'platform'],
    ['peer', 'peer', 'platform'],
    [undefined, undefined, 'platform'],
    ['unknown', undefined, 'platform'],
    ['other', 'transfer', 'platform'],
    [undefined, 'client', 'agent'],
    ['other', 'peer', 'customer'],
    [undefined, 'timeout', 'inactivity'],
  ] as const)('decides for the customer %s and the agent %s: %s', (customer, agent, by) => {
    expect(endedByOf(customer, agent)).toBe(by);
  });

  it.each(DISCONNECT_TYPES.filter(isTransfer))('is no end for %s of the customer', (type) => {
    expect([endedByOf(type), endedByOf(type, 'client'), endedByOf(type, 'spam')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
