import { createHmac } from 'node:crypto';
import { isGenuine } from './webhook-signature';

const BODY = Buffer.from('{"id":"m1","text":"Grüße"}');
const [CURRENT, PREVIOUS] = ['0123456789abcdef', 'fedcba9876543210'];

function signed(secret: string, encoding: 'base64' | 'hex' = 'base64'): string {
  return `sha256=${createHmac('sha256', secret).update(BODY).digest(encoding)}`;
}

describe(isGenuine.name, () => {
  it.each([
    ['the current secret', signed(CURRENT)],
    ['the previous one during a rotation', signed(PREVIOUS)],
    ['a digest in hexadecimal', signed(CURRENT, 'hex')],
  ])('accepts %s', (_case, signature) => {
    expect(isGenuine(BODY, signature, [CURRENT, PREVIOUS])).toBe(true);
  });

  it.each([
    ['no signature', undefined],
    ['an empty one', ''],
    ['one without its prefix', signed(CURRENT).slice(7)],
    ['another algorithm', signed(CURRENT).replace('sha256', 'sha1')],
    ['a part of it', signed(CURRENT).slice(0, -4)],
    ['another secret', signed('secret-of-another-integration')],
    ['the prefix alone', 'sha256='],
  ])('refuses %s', (_case, signature) => {
    expect(isGenuine(BODY, signature, [CURRENT, PREVIOUS])).toBe(false);
  });

  it('refuses another body, and everything for an integration without secrets', () => {
    expect(isGenuine(Buffer.from('{"id": "m1"}'), signed(CURRENT), [CURRENT])).toBe(false);
    expect(isGenuine(BODY, signed(CURRENT), [])).toBe(false);
  });
});
