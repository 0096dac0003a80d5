import { ProxyRules } from './proxy-rules';

const HTTP = 'http://plain.proxy:3128';
const HTTPS = 'http://secure.proxy:3128';

function proxyFor(url: string, direct?: string): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  return new ProxyRules({ http: HTTP, https: HTTPS, direct }).proxyFor({ protocol, hostname, port })
    ?.hostname;
}

describe(ProxyRules.name, () => {
  it.each([
    ['http://api.example', 'plain.proxy'],
    ['ws://api.example', 'plain.proxy'],
    ['https://api.example', 'secure.proxy'],
    ['wss://api.example', 'secure.proxy'],
  ])('chooses the proxy of %s by its scheme', (url, proxy) => {
    expect(proxyFor(url)).toBe(proxy);
  });

  it('knows no proxy where none is set', () => {
    expect(new ProxyRules().proxyFor({ protocol: 'https:', hostname: 'api.example' })).toBeUndefined();
  });

  it.each([
    ['*', 'https://api.example'],
    ['example.com', 'https://example.com'],
    ['example.com', 'https://api.EXAMPLE.com'],
    ['.example.com', 'https://api.example.com'],
    ['*.example.com', 'https://api.example.com'],
    ['a, b example.com', 'https://example.com.'],
    ['.svc,.cluster.local', 'http://crm.shop.svc'],
    ['example.com:8443', 'https://example.com:8443'],
    ['example.com:443', 'https://example.com'],
    ['10.1.2.3', 'http://10.1.2.3'],
    ['10.1.2.3:8080', 'http://10.1.2.3:8080'],
    ['10.0.0.0/8', 'http://10.1.2.3'],
    ['fd00::/8', 'http://[fd12::1]'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['::1', 'http://[::1]'],
  ])('goes directly by %s to %s', (direct, url) => {
    expect(proxyFor(url, direct)).toBeUndefined();
  });

  it.each([
    ['', 'https://api.example'],
    ['example.com', 'https://example.com.evil.org'],
    ['example.com', 'https://notexample.com'],
    ['example.com:8443', 'https://example.com'],
    ['10.0.0.0/8', 'http://11.1.2.3'],
    ['10.0.0.0/8', 'http://10.example.com'],
    ['10.0.0.0/99,x/8', 'http://10.1.2.3'],
    ['2.3', 'http://10.1.2.3'],
  ])('does not by %j to %s', (direct, url) => {
    expect(proxyFor(url, direct)).toBeDefined();
  });
});
