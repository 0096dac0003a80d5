import { Webhook } from 'standardwebhooks';
import { webhookHeaders } from './webhook-headers';

const BODY = '{"metadata":{"queueId":"Größe"}}';
const [A, B, C] = ['a', 'b', 'c'].map(
  (letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`,
) as [string, string, string];

function isSignedWith(secret: string, headers: Record<string, string>, body = BODY): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

describe(webhookHeaders.name, () => {
  // https://github.com/standard-webhooks/standard-webhooks, libraries/javascript/src/webhook.test.ts
  it('signs the published example as published', () => {
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];

    expect(
      webhookHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1_614_265_330_999, secrets),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('satisfies the reference library, which refuses any other content', () => {
    const headers = webhookHeaders('event-1', BODY, Date.now(), [A]);

    expect(isSignedWith(A, headers)).toBe(true);
    expect(isSignedWith(B, headers)).toBe(false);
    expect(isSignedWith(A, headers, `${BODY} `)).toBe(false);
    expect(isSignedWith(A, { ...headers, 'webhook-id': 'event-2' })).toBe(false);
    expect(
      isSignedWith(A, { ...headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 9) }),
    ).toBe(false);
  });

  it('signs with each of two secrets, in their order', () => {
    const both = webhookHeaders('event-1', BODY, Date.now(), [B, A]);
    const now = Number(both['webhook-timestamp']) * 1000;
    const single = [B, A].map(
      (secret) => webhookHeaders('event-1', BODY, now, [secret])['webhook-signature'],
    );

    expect(both['webhook-signature']).toBe(single.join(' '));
    expect([isSignedWith(A, both), isSignedWith(B, both), isSignedWith(C, both)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('gives id and time but no signature without a secret', () => {
    expect(webhookHeaders('event-1', BODY, 1_700_000_000_000, [])).toEqual({
      'webhook-id': 'event-1',
      'webhook-timestamp': '1700000000',
    });
  });
});
