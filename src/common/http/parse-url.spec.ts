import { parseUrl } from './parse-url';

describe(parseUrl.name, () => {
  it.each([
    ['https://service.example/a', 'service.example'],
    ['https://bücher.example/', 'xn--bcher-kva.example'],
    ['https://XN--Bcher-KVA.example/', 'xn--bcher-kva.example'],
    ['https://files.xn--fiqs8s:8443/', 'files.xn--fiqs8s'],
    ['https://a--b.example/', 'a--b.example'],
    ['https://[2001:db8::1]/', '[2001:db8::1]'],
    ['data:text/plain,xn--a', ''],
  ])('parses %s', (text, hostname) => {
    expect(parseUrl(text)?.hostname).toBe(hostname);
  });

  it.each([
    '',
    'service.example',
    'https://',
    'https://a b/',
    'https://xn--/',
    'https://xn--a/',
    'https://xn--0.example/',
    'https://xn--1ug.example/',
    'https://xn--bcher-kva.xn--a/',
    'https://xn--xn--a/',
    'https://xn--abc-.example/',
  ])('refuses %j, whatever the version of Node.js', (text) => {
    expect(parseUrl(text)).toBeUndefined();
  });
});
