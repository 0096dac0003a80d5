import { Webhook } from 'standardwebhooks';
import { WebhookVerificationError } from './webhook-verification.errors.js';
import { WebhookVerifier } from './webhook-verifier.js';

const NEW = `whsec_${btoa('n'.repeat(32))}`;
const OLD = `whsec_${btoa('o'.repeat(32))}`;
const NOW = new Date('2027-01-15T08:00:00Z');
const EVENT = {
  id: 'e-1',
  type: 'session.terminated',
  timestamp: NOW.toISOString(),
  conversationId: 'c',
  sequence: 3,
  data: { state: 'terminated', endReason: 'requested', version: 4 },
};
const BODY = `${JSON.stringify(EVENT).slice(0, -1)},"note":"Zoë"}`;

function signed(body = BODY, secrets: readonly string[] = [NEW]): Record<string, string> {
  return {
    'webhook-id': 'e-1',
    'webhook-timestamp': String(NOW.getTime() / 1_000),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign('e-1', NOW, body)).join(' '),
  };
}

describe(WebhookVerifier.name, () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([
    ['text', BODY],
    ['bytes', new TextEncoder().encode(BODY)],
    ['a buffer', Buffer.from(BODY)],
  ])('returns the event of a body as %s', (_, body) => {
    const event = new WebhookVerifier(NEW).verify(body, signed());

    expect(event).toEqual({ ...EVENT, note: 'Zoë' });
    expect(event.type === 'session.terminated' && event.data.endReason).toBe('requested');
  });

  it('reads the headers of fetch, and those of a Node server', () => {
    const verifier = new WebhookVerifier(NEW);

    expect(verifier.verify(BODY, new Headers(signed())).id).toBe('e-1');
    expect(verifier.verify(BODY, { ...signed(), 'set-cookie': ['a', 'b'] }).id).toBe('e-1');
  });

  it('accepts either secret during a rotation', () => {
    expect(new WebhookVerifier(NEW, OLD).verify(BODY, signed(BODY, [OLD])).id).toBe('e-1');
    expect(new WebhookVerifier(OLD).verify(BODY, signed(BODY, [NEW, OLD])).id).toBe('e-1');
  });

  it.each([
    ['another body', `${BODY} `, signed()],
    ['another secret', BODY, signed(BODY, [OLD])],
    ['another id', BODY, { ...signed(), 'webhook-id': 'e-2' }],
    ['an old timestamp', BODY, { ...signed(), 'webhook-timestamp': String(NOW.getTime() / 1_000 - 301) }],
    ['no signature', BODY, { ...signed(), 'webhook-signature': '' }],
    ['no headers', BODY, {}],
    ['a repeated header', BODY, { ...signed(), 'webhook-id': ['e-1', 'e-1'] }],
    ['a body that is not UTF-8', Uint8Array.of(0xff), signed()],
  ])('refuses %s', (_, body, headers) => {
    expect(() => new WebhookVerifier(NEW).verify(body, headers)).toThrow(WebhookVerificationError);
  });

  it('refuses a secret that is not base64', () => {
    expect(() => new WebhookVerifier('whsec_?')).toThrow('Base64Coder');
  });
});
