import { AccessService } from '../access/access.service';
import { AccessTelemetry } from '../access/access.telemetry';
import { NoCookieAuthenticator } from '../access/no-cookie-authenticator';
import { Caller } from '../access/domain/caller';
import { InsufficientScopeError } from '../access/domain/access.errors';
import { Authenticator } from '../access/ports/authenticator';
import { RecordingLog } from '../audit/recording-log.fake';
import type { ScopeName } from '../common/access/scope';
import { CommitSignal } from '../common/commit-signal';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { WebhooksConfig } from '../config/webhooks.config';
import { Metrics } from '../metrics/metrics';
import { aWebhook } from './domain/webhook.builder';
import { signingSecrets, type WebhookSettings } from './domain/webhook';
import { WebhookLimitError, WebhookNotFoundError, WebhookNotVerifiedError } from './domain/webhook.errors';
import { FakeWebhookStore } from './ports/webhook.store.fake';
import { WebhookUrlRules } from './webhook-url-rules';
import { WebhooksService } from './webhooks.service';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const SETTINGS: WebhookSettings = {
  url: 'https://receiver.example',
  description: 'orders',
  types: ['session.*'],
  sessions: 'own',
};
const { id: ID } = aWebhook();

/** Callers are known before the service is asked. */
class UnusedAuthenticator extends Authenticator {
  authenticate(): Promise<Caller> {
    return Promise.reject(new Error('No caller is authenticated here.'));
  }
}

let store: FakeWebhookStore;
let commits: CommitSignal;
let service: WebhooksService;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  store = new FakeWebhookStore();
  commits = new CommitSignal();
  const environment = Object.assign(new Environment(), { WEBHOOKS_MAX_PER_CALLER: 2 });
  const config = new WebhooksConfig(environment);
  const telemetry = new AccessTelemetry(new Metrics());
  const authenticator = new UnusedAuthenticator();
  const access = new AccessService(
    authenticator,
    new AccessConfig(environment),
    telemetry,
    new NoCookieAuthenticator(),
  );
  const urls = new WebhookUrlRules(config);
  service = new WebhooksService(store, access, urls, config, new SystemClock(), commits);
});
afterEach(() => {
  jest.useRealTimers();
});

const aCaller = (owner: string, scopes: readonly ScopeName[] = ['webhooks.manage']): Caller =>
  new Caller(owner, new Set(scopes));
const BILLING = aCaller('billing');

describe(WebhooksService.name, () => {
  it('registers a webhook that is unverified, with a secret of its own', async () => {
    const { webhook, secret } = await service.create(SETTINGS, BILLING);
    const { secret: other } = await service.create(SETTINGS, BILLING);

    expect(webhook).toMatchObject({ ...SETTINGS, owner: 'billing', status: 'unverified', createdAt: NOW });
    expect(signingSecrets(webhook, NOW)).toEqual([secret]);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(other).not.toBe(secret);
  });

  it('refuses one more than the limit of a caller', async () => {
    await service.create(SETTINGS, BILLING);
    await service.create(SETTINGS, BILLING);

    await expect(service.create(SETTINGS, BILLING)).rejects.toThrow(WebhookLimitError);
    await expect(service.create(SETTINGS, aCaller('support'))).resolves.toBeDefined();
  });

  it.each([
    [{ types: ['message.*'] }, 'messages.read'],
    [{ types: ['session.*', 'message.sent'] }, 'messages.read'],
    [{ sessions: 'all' }, 'sessions.any'],
  ] as const)('lets a caller ask only for what it may read: %p', async (settings, scope) => {
    store.rows.set(ID, aWebhook());
    const create = (caller: Caller): Promise<unknown> => service.create({ ...SETTINGS, ...settings }, caller);

    await expect(create(BILLING)).rejects.toThrow(InsufficientScopeError);
    await expect(service.update(ID, settings, BILLING)).rejects.toThrow(InsufficientScopeError);
    await expect(create(aCaller('billing', ['webhooks.manage', scope]))).resolves.toBeDefined();
    expect(store.rows.get(ID)).toEqual(aWebhook());
  });

  it.each([
    [{ types: ['message.*'] }, { types: ['session.*'] }, 'messages.read'],
    [{ sessions: 'all' }, { sessions: 'own' }, 'sessions.any'],
  ] as const)(
    'lets a caller redirect only the events that it may read: %p',
    async (settings, narrowed, scope) => {
      const webhook = aWebhook(settings);
      const url = 'https://elsewhere.example';
      store.rows.set(ID, webhook);

      await expect(service.update(ID, { url }, BILLING)).rejects.toThrow(InsufficientScopeError);
      expect(store.rows.get(ID)).toEqual(webhook);
      await expect(service.update(ID, { description: 'other' }, BILLING)).resolves.toBeDefined();
      await expect(service.update(ID, { url, ...narrowed }, BILLING)).resolves.toMatchObject({ url });
      store.rows.set(ID, webhook);
      const reader = aCaller('billing', ['webhooks.manage', scope]);
      await expect(service.update(ID, { url }, reader)).resolves.toMatchObject({ url });
    },
  );

  it('changes what is given and nothing else', async () => {
    store.rows.set(ID, aWebhook({ description: 'orders' }));
    const changed = await service.update(ID, { types: ['assignment.*'] }, BILLING);

    expect(changed).toEqual({
      ...aWebhook({ description: 'orders' }),
      types: ['assignment.*'],
      updatedAt: NOW,
    });
  });

  it('lets the secret before a new one sign until the overlap is over', async () => {
    store.rows.set(ID, aWebhook());
    const [first] = signingSecrets(aWebhook(), NOW);
    const { webhook, secret } = await service.rotateSecret(ID, HOUR, BILLING);

    expect(signingSecrets(webhook, NOW)).toEqual([secret, first]);
    expect(signingSecrets(webhook, NOW + HOUR - 1)).toEqual([secret, first]);
    expect(signingSecrets(webhook, NOW + HOUR)).toEqual([secret]);
  });

  it('ends the other secrets at once without an overlap, and does not extend an earlier overlap', async () => {
    store.rows.set(ID, aWebhook());
    await service.rotateSecret(ID, HOUR, BILLING);
    const { webhook: later } = await service.rotateSecret(ID, 2 * HOUR, BILLING);
    expect(signingSecrets(later, NOW + HOUR)).toHaveLength(2);

    const { webhook: last, secret } = await service.rotateSecret(ID, 0, BILLING);
    expect(last.secrets).toEqual([{ secret }]);
  });

  it('keeps three secrets at most', async () => {
    store.rows.set(ID, aWebhook());
    for (let index = 0; index < 5; index += 1) await service.rotateSecret(ID, HOUR, BILLING);

    expect(store.rows.get(ID)?.secrets).toHaveLength(3);
  });

  it('wakes the relays when a webhook is resumed', async () => {
    let woken = 0;
    commits.subscribe('webhooks', () => {
      woken += 1;
    });
    store.rows.set(ID, aWebhook({ status: 'paused' }));

    await expect(service.resume(ID, BILLING)).resolves.toMatchObject({ status: 'active' });
    expect(woken).toBe(1);
  });

  it('resumes no webhook that was never verified', async () => {
    store.rows.set(ID, aWebhook({ status: 'unverified' }));

    await expect(service.resume(ID, BILLING)).rejects.toThrow(WebhookNotVerifiedError);
  });

  it.each([
    ['update', () => service.update(ID, {}, aCaller('support'))],
    ['rotateSecret', () => service.rotateSecret(ID, 0, aCaller('support'))],
    ['pause', () => service.pause(ID, aCaller('support'))],
    ['resume', () => service.resume(ID, aCaller('support'))],
    ['delete', () => service.delete(ID, aCaller('support'))],
  ])("%s does not know another caller's webhook", async (_name, act) => {
    store.rows.set(ID, aWebhook());

    await expect(act()).rejects.toThrow(WebhookNotFoundError);
    expect(store.rows.get(ID)).toEqual(aWebhook());
  });

  it.each(['', '\u0000', `${ID}\u0000`, 'nonsense', '\uD800'])(
    'does not know a webhook with the id %j',
    async (id) => {
      store.rows.set(id, aWebhook());
      for (const act of [
        () => service.update(id, {}, BILLING),
        () => service.rotateSecret(id, 0, BILLING),
        () => service.pause(id, BILLING),
        () => service.resume(id, BILLING),
        () => service.delete(id, BILLING),
      ])
        await expect(act()).rejects.toThrow(WebhookNotFoundError);
    },
  );

  it("manages others' webhooks with the scope sessions.any", async () => {
    store.rows.set(ID, aWebhook());
    const operator = aCaller('operator', ['webhooks.manage', 'sessions.any']);

    await expect(service.pause(ID, operator)).resolves.toMatchObject({ status: 'paused' });
    await expect(service.delete(ID, operator)).resolves.toBeUndefined();
  });
});
