import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { CrmConfig } from '../config/crm.config';
import { Environment } from '../config/environment';
import { WebhookSigner } from './webhook-signer';

const BODY = '{"metadata":{"queueId":"Größe"}}';
const [A, B, C] = ['a', 'b', 'c'].map(
  (letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`,
) as [string, string, string];

function signerWith(facts: Partial<Environment>): WebhookSigner {
  return new WebhookSigner(new CrmConfig(Object.assign(new Environment(), facts)));
}

function isSignedWith(secret: string, headers: Record<string, string>, body = BODY): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

describe(WebhookSigner.name, () => {
  // https://github.com/standard-webhooks/standard-webhooks, libraries/javascript/src/webhook.test.ts
  it('signs the published example as published', () => {
    const signer = signerWith({ CRM_WEBHOOK_SECRET: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] });

    expect(
      signer.headersFor('msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1_614_265_330_999),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('satisfies the reference library, which refuses any other content', () => {
    const headers = signerWith({ CRM_WEBHOOK_SECRET: [A] }).headersFor('event-1', BODY, Date.now());

    expect(isSignedWith(A, headers)).toBe(true);
    expect(isSignedWith(B, headers)).toBe(false);
    expect(isSignedWith(A, headers, `${BODY} `)).toBe(false);
    expect(isSignedWith(A, { ...headers, 'webhook-id': 'event-2' })).toBe(false);
    expect(
      isSignedWith(A, { ...headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 9) }),
    ).toBe(false);
  });

  it('signs with each of two secrets, in their order', () => {
    const both = signerWith({ CRM_WEBHOOK_SECRET: [B, A] }).headersFor('event-1', BODY, Date.now());
    const now = Number(both['webhook-timestamp']) * 1000;
    const single = [B, A].map(
      (secret) =>
        signerWith({ CRM_WEBHOOK_SECRET: [secret] }).headersFor('event-1', BODY, now)['webhook-signature'],
    );

    expect(both['webhook-signature']).toBe(single.join(' '));
    expect([isSignedWith(A, both), isSignedWith(B, both), isSignedWith(C, both)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('gives id and time but no signature without a secret', () => {
    expect(signerWith({}).headersFor('event-1', BODY, 1_700_000_000_000)).toEqual({
      'webhook-id': 'event-1',
      'webhook-timestamp': '1700000000',
    });
  });

  it('follows a rotation on disk from one attempt to the next', () => {
    const directory = mkdtempSync(join(tmpdir(), 'webhook-signer-'));
    try {
      const path = join(directory, 'secret');
      const signer = signerWith({ CRM_WEBHOOK_SECRET: [A], files: { CRM_WEBHOOK_SECRET: path } });
      const accepted = [`${A}\n`, `${A},${B}\n`, `${B}\n`].map((text) => {
        writeFileSync(path, text);
        const headers = signer.headersFor('event-1', BODY, Date.now());
        return [isSignedWith(A, headers), isSignedWith(B, headers)];
      });

      expect(accepted).toEqual([
        [true, false],
        [true, true],
        [false, true],
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
