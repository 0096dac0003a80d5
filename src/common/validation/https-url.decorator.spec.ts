import { validateSync } from 'class-validator';
import { IsHttpsUrl } from './https-url.decorator';

class Dto {
  @IsHttpsUrl(60)
  url: unknown;
}

function isValid(url: unknown): boolean {
  return validateSync(Object.assign(new Dto(), { url })).length === 0;
}

describe(IsHttpsUrl.name, () => {
  it.each([
    'https://files.example/a.png',
    'HTTPS://files.example/a.png',
    'https://files.example:8443/a?signature=b%2Fc#d',
    'https://bücher.example/ä',
    'https://[2001:db8::1]/a',
    `https://files.example/${'a'.repeat(38)}`,
  ])('accepts %s', (url) => {
    expect(isValid(url)).toBe(true);
  });

  it.each([
    undefined,
    null,
    7,
    ['https://files.example/a.png'],
    '',
    'files.example/a.png',
    '//files.example/a.png',
    'http://files.example/a.png',
    'data:image/png;base64,AAAA',
    'javascript:alert(1)',
    'https://',
    'https:files.example',
    'https://user@files.example/',
    'https://user:password@files.example/',
    ' https://files.example/',
    'https://files.example/a b',
    'https://files.example/a\nb',
    'https://files.example/a\u0000b',
    'https://files.example:99999/',
    `https://files.example/${'a'.repeat(39)}`,
  ])('refuses %j', (url) => {
    expect(isValid(url)).toBe(false);
  });
});
