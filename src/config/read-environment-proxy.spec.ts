import { MINIMAL, problemsOf } from './environment.fake';
import { ProxyConfig } from './proxy.config';
import { readEnvironment } from './read-environment';

const PROXY = 'http://corp:p%40ss%2Fword@proxy.example.com:3128';
const TARGET = { protocol: 'https:', hostname: 'api.example' };

describe(`${readEnvironment.name} with proxies`, () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('reads %s', (name) => {
    const { proxies } = new ProxyConfig(readEnvironment({ ...MINIMAL, [name]: PROXY }));

    expect(proxies.proxyFor(TARGET)?.host).toBe('proxy.example.com:3128');
  });

  it('prefers the name in lower case, and treats an empty value as unset', () => {
    const variables = {
      ...MINIMAL,
      HTTPS_PROXY: PROXY,
      https_proxy: 'http://other.example.com',
      no_proxy: '',
    };
    const { proxies } = new ProxyConfig(readEnvironment({ ...variables, NO_PROXY: '.direct.example' }));

    expect(proxies.proxyFor(TARGET)?.host).toBe('other.example.com');
    expect(proxies.proxyFor({ protocol: 'https:', hostname: 'x.direct.example' })).toBeUndefined();
  });

  it.each(['intranet-proxy:3128', 'socks5://intranet-proxy', 'http://proxy/path', 'http://a:%zz@proxy'])(
    'refuses %s',
    (value) => {
      const [problem = ''] = problemsOf({ ...MINIMAL, HTTP_PROXY: value });

      expect(problem).toMatch(/^HTTP_PROXY must be a URL such as/);
      expect(problem).not.toContain(value);
    },
  );

  it('keeps the credentials secret in every form', () => {
    const { secrets } = readEnvironment({ ...MINIMAL, HTTPS_PROXY: PROXY });

    for (const form of ['p%40ss%2Fword', 'p@ss/word', Buffer.from('corp:p@ss/word').toString('base64')])
      expect(secrets).toContain(form);
  });

  it('excludes webhooks from the proxy if configured so', () => {
    const environment = readEnvironment({ ...MINIMAL, HTTPS_PROXY: PROXY, CRM_WEBHOOK_PROXY: 'false' });
    const { proxies, webhookProxies } = new ProxyConfig(environment);

    expect(proxies.proxyFor(TARGET)).toBeDefined();
    expect(webhookProxies.proxyFor(TARGET)).toBeUndefined();
  });
});
