import { outboundMessageOf } from '../../../src/genesys/open-messaging/webhook/outbound-message';
import { OUTBOUND_WEBHOOKS } from '../../fixtures/platform/outbound-webhooks';

describe('outbound webhooks from public sources', () => {
  it.each(Object.entries(OUTBOUND_WEBHOOKS))('are read: %s', (_name, { body, content }) => {
    const message = outboundMessageOf(Buffer.from(JSON.stringify(body)));

    expect(message?.content).toMatchObject(content);
    expect(message?.guestId).toBe('channel' in body ? 'guest-1' : undefined);
  });
});
