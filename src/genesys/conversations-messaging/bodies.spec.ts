import { USER_AGENT } from '../../common/product';
import { aSession } from '../../session/domain/session.builder';
import { beatBody, DISCONNECT_BODY, openBody } from './bodies';

const NOW = Date.parse('2027-01-15T08:00:00.123Z');

describe(openBody.name, () => {
  it('is what opens a conversation, field by field', () => {
    const body = openBody({
      conversationId: '4f6d0f5e-6f9e-4a0e-9d5e-0d6e5a1b2c3d',
      guestToken: 'jwt_00112233445566778899aabbccddeeff',
      queueId: 'support',
      name: 'Ada',
      locale: 'de-DE',
      capabilities: ['typing-indicator', 'read-receipts', 'file-transfer'],
      durationLimit: 600,
      createdAt: NOW,
    });

    expect(body).toEqual({
      id: '4f6d0f5e-6f9e-4a0e-9d5e-0d6e5a1b2c3d',
      from: { id: 'jwt_00112233445566778899aabbccddeeff', name: 'Ada', type: 'user' },
      to: [{ id: 'support', type: 'queue' }],
      type: 'messaging',
      channelAddress: 'web',
      context: {
        locale: 'de-DE',
        capabilities: ['typing-indicator', 'read-receipts', 'file-transfer'],
        userAgent: USER_AGENT,
      },
      metadata: {
        sessionDurationLimit: 600,
        guestIdToken: 'jwt_00112233445566778899aabbccddeeff',
        initiatedAt: '2027-01-15T08:00:00.123Z',
      },
    });
    expect(USER_AGENT).toMatch(/^[\w-]+\/\d+\.\d+\.\d+/);
  });
});

describe('the custom attributes of an opening', () => {
  it('go with it, as participant data of the guest', () => {
    const { snapshot } = aSession({ guestContext: { customAttributes: { order: '4711' } } });

    expect(openBody(snapshot)['metadata']).toMatchObject({ customAttributes: { order: '4711' } });
    expect(openBody(aSession().snapshot)['metadata']).not.toHaveProperty('customAttributes');
  });
});

describe(beatBody.name, () => {
  it('is a sign of life with its number', () => {
    expect(beatBody(42, NOW)).toEqual({
      context: { lastActivityTimestamp: '2027-01-15T08:00:00.123Z', heartbeatSequence: 42 },
    });
  });
});

describe('the body of a disconnect', () => {
  it('names the state that is asked for', () => {
    expect(DISCONNECT_BODY).toEqual({ status: 'disconnected' });
  });
});
