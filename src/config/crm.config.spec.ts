import { CrmConfig } from './crm.config';
import { MINIMAL } from './environment.fake';
import { readEnvironment } from './read-environment';

function crmAt(url: string): CrmConfig {
  return new CrmConfig(readEnvironment({ ...MINIMAL, CRM_WEBHOOK_URL: url }));
}

describe(CrmConfig.name, () => {
  it('takes user and password out of the URL and sends them as HTTP Basic, decoded', () => {
    const { webhookUrl, authorization } = crmAt('https://user:p%3Aw%C3%BC@crm.example.com/events?a=1');

    expect(webhookUrl).toBe('https://crm.example.com/events?a=1');
    expect(authorization).toBe(`Basic ${Buffer.from('user:p:wü').toString('base64')}`);
  });

  it('leaves a URL without them as it is', () => {
    const url = 'https://crm.example.com/events';

    expect(crmAt(url)).toMatchObject({ webhookUrl: url, authorization: undefined });
  });

  it('hides the password from the log', () => {
    const environment = readEnvironment({
      ...MINIMAL,
      CRM_WEBHOOK_URL: 'https://user:p%3Aw@crm.example.com/',
    });

    expect([...environment.secrets]).toContain('p:w');
  });
});
