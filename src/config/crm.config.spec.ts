import { CrmConfig } from './crm.config';
import { MINIMAL, problemsOf } from './environment.fake';
import { readEnvironment } from './read-environment';

function crmAt(url: string): CrmConfig {
  return new CrmConfig(readEnvironment({ ...MINIMAL, CRM_WEBHOOK_URL: url }));
}

const basicOf = (credentials: string): string => Buffer.from(credentials).toString('base64');

describe(CrmConfig.name, () => {
  it('moves user and password from the URL to HTTP Basic, decoded', () => {
    const { webhookUrl, authorization } = crmAt('https://user:p%3Aw%C3%BC@crm.example.com/events?a=1');

    expect(webhookUrl).toBe('https://crm.example.com/events?a=1');
    expect(authorization).toBe(`Basic ${Buffer.from('user:p:wü').toString('base64')}`);
  });

  it('leaves a URL without them as it is', () => {
    const url = 'https://crm.example.com/events';

    expect(crmAt(url)).toMatchObject({ webhookUrl: url, authorization: undefined });
  });

  it.each([
    ['https://user:p%3Aw@crm.example.com/', ['p%3Aw', 'p:w', basicOf('user:p:w')]],
    ['https://user:p@ss@crm.example.com/', ['p%40ss', 'p@ss', basicOf('user:p@ss')]],
    ['https://token@crm.example.com/', [basicOf('token:')]],
  ])('hides the credentials in %s from the log, in every form', (url, forms) => {
    const { secrets } = readEnvironment({ ...MINIMAL, CRM_WEBHOOK_URL: url });

    expect([...secrets]).toEqual(expect.arrayContaining(forms));
  });

  it.each(['https://user:50%@crm.example.com/', 'https://%zz:w@crm.example.com/'])('refuses %s', (url) => {
    expect(problemsOf({ ...MINIMAL, CRM_WEBHOOK_URL: url })).toEqual([
      'CRM_WEBHOOK_URL must have its user and password percent-encoded',
    ]);
  });
});
