import { idempotencyKeyOf } from './idempotency-key';
import { IdempotencyKeyInvalidError } from './idempotency.errors';

describe(idempotencyKeyOf.name, () => {
  it.each([
    ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['k', 'k'],
    ['order:7,guest=3;!~', 'order:7,guest=3;!~'],
    ['a"b', 'a"b'],
    ['"a b"', 'a b'],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['k'.repeat(255), 'k'.repeat(255)],
    [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
  ])('reads %p', (header, key) => {
    expect(idempotencyKeyOf(header)).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['an empty string', '""'],
    ['256 characters', 'k'.repeat(256)],
    ['256 characters in quotes', `"${'k'.repeat(256)}"`],
    ['a space', 'a b'],
    ['two headers, which arrive as one', 'key-1, key-2'],
    ['two strings', '"key-1", "key-2"'],
    ['a string that does not end', '"key-1'],
    ['a quote within a string', '"key"1"'],
    ['a backslash before anything else', String.raw`"key\1"`],
    ['parameters', '"key-1";a=1'],
    ['a tab', 'a\tb'],
    ['a tab in quotes', '"a\tb"'],
    ['another alphabet', 'schlüssel'],
    ['another alphabet in quotes', '"schlüssel"'],
  ])('refuses %s', (_, header) => {
    expect(() => idempotencyKeyOf(header)).toThrow(IdempotencyKeyInvalidError);
  });
});
