import { Environment } from '../config/environment';
import { WebhooksConfig } from '../config/webhooks.config';
import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { aWebhook } from './domain/webhook.builder';
import type { WebhookStatus } from './domain/webhook';
import { WebhookUrlRefusedError } from './domain/webhook-url.errors';
import { FakeWebhookStore } from './ports/webhook.store.fake';
import { RegisteredWebhooks } from './registered-webhooks';
import { WebhookUrlRules } from './webhook-url-rules';

const URL_OF_SESSION = 'https://receiver.example/orders/4711';

function withWebhooks(...webhooks: readonly Parameters<typeof aWebhook>[0][]): RegisteredWebhooks {
  const config = new WebhooksConfig(new Environment());
  const store = new FakeWebhookStore();
  for (const facts of webhooks) store.rows.set(facts?.id ?? 'w', aWebhook(facts));
  return new RegisteredWebhooks(new WebhookUrlRules(config), store);
}

describe(RegisteredWebhooks.name, () => {
  it.each<WebhookStatus>(['active', 'paused', 'disabled'])(
    'accepts a URL at the origin of a verified webhook that is %s',
    async (status) => {
      await expect(withWebhooks({ status }).check(URL_OF_SESSION, 'billing')).resolves.toBeUndefined();
    },
  );

  it.each([
    ['is unverified', { status: 'unverified' as const }],
    ['is of another caller', { owner: 'support' }],
    ['has another host', { url: 'https://receiver.example.org/hooks' }],
    ['has another port', { url: 'https://receiver.example:8443/hooks' }],
  ])('refuses it if the webhook %s', async (_what, facts) => {
    await expect(withWebhooks(facts).check(URL_OF_SESSION, 'billing')).rejects.toThrow(
      WebhookUrlRefusedError,
    );
  });

  it('refuses a text that is no URL of a receiver', async () => {
    await expect(withWebhooks({}).check('http://receiver.example/', 'billing')).rejects.toThrow(
      InvalidRequestError,
    );
  });
});
