import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { Environment } from '../config/environment';
import { WebhooksConfig } from '../config/webhooks.config';
import { WebhookUrlRefusedError } from './domain/webhook-url.errors';
import { WebhookUrlRules } from './webhook-url-rules';

function rulesWith(settings: Partial<Environment> = {}): WebhookUrlRules {
  return new WebhookUrlRules(new WebhooksConfig(Object.assign(new Environment(), settings)));
}

describe(WebhookUrlRules.name, () => {
  it.each([
    'https://receiver.example',
    'https://receiver.example:8443/hooks?team=billing',
    'https://8.8.8.8/hooks',
    'https://[2606:4700::1111]/hooks',
  ])('accepts %s', (url) => {
    expect(() => {
      rulesWith().check(url);
    }).not.toThrow();
  });

  it.each([
    'http://receiver.example',
    'ftp://receiver.example',
    'receiver.example',
    '',
    'https://',
    'https://user:password@receiver.example',
    'https://receiver.example/#fragment',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://receiver.example/a\nb',
    'https://receiver.example/a\tb',
    'https://receiver.example/ ',
    ' https://receiver.example/',
    'https://receiver.example/\u001b[31m',
    'https://receiver.example/\u202egpj',
    'https://receiver.example\\@127.0.0.1/',
  ])('refuses %p as no URL of a receiver', (url) => {
    expect(() => {
      rulesWith().check(url);
    }).toThrow(InvalidRequestError);
  });

  it.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://hooks.localhost/',
    'https://LOCALHOST./',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest',
    'https://[::1]/',
    'https://[fd00::1]/',
    'https://[::ffff:7f00:1]/',
    'https://0.0.0.0/',
    'https://100.64.0.1/',
  ])('refuses %s, which leads nowhere public', (url) => {
    expect(() => {
      rulesWith().check(url);
    }).toThrow(WebhookUrlRefusedError);
  });

  it('accepts private addresses and http where the deployment allows them', () => {
    const rules = rulesWith({ WEBHOOKS_ALLOW_PRIVATE: true });
    for (const url of ['http://127.0.0.1:8080/', 'https://10.0.0.1/', 'http://crm.cluster.local/hooks'])
      expect(() => {
        rules.check(url);
      }).not.toThrow();
    expect(() => {
      rules.check('ftp://10.0.0.1');
    }).toThrow(InvalidRequestError);
  });

  it('points to the property that it was asked about', () => {
    const errors: unknown[] = [];
    try {
      rulesWith().check('nonsense', '#/webhookUrl');
    } catch (error) {
      errors.push(...(error as InvalidRequestError).errors);
    }
    expect(errors).toMatchObject([{ pointer: '#/webhookUrl', code: 'invalid-url' }]);
  });
});
