import { allowLogFields, blankInLogs, Redaction } from './redaction';

const SECRET = 'canary-secret-8f7e';
const TOKEN = 'jwt_0123456789abcdef0123456789abcdef';
const redaction = new Redaction([SECRET, '']);
const messageOf = (message: string): unknown => redaction.apply({ message }).message;

describe(Redaction.name, () => {
  it('lets known fields with plain values pass', () => {
    const line = { level: 'info', message: 'Opened', conversationId: 'c-1', attempt: 2, final: true };

    expect(redaction.apply(line)).toEqual(line);
  });

  it.each([
    'guestIdToken',
    'token',
    'authorization',
    'headers',
    'body',
    'password',
    'name',
    '__proto__',
    'toString',
  ])('drops the field %s, which is not on the list', (field) => {
    const line = Object.fromEntries([
      ['message', 'x'],
      [field, 'harmless'],
    ]) as Record<string, unknown>;

    expect(Object.keys(redaction.apply(line))).toEqual(['message']);
  });

  it.each([
    ['an object', { token: TOKEN }],
    ['a list', [TOKEN]],
    ['an error', new Error(SECRET)],
    ['null', null],
    ['undefined', undefined],
    ['a function', () => SECRET],
    ['a symbol', Symbol(SECRET)],
    ['a large integer', 10n],
  ])('drops %s, also in a known field', (_, value) => {
    expect(redaction.apply({ message: 'x', state: value, error: value })).toEqual({ message: 'x' });
  });

  it.each([
    'message',
    'error',
    'errorMessage',
    'stack',
    'cause',
    'upstreamBody',
    'url',
    'reason',
    'conversationId',
  ])('blanks secrets and credentials in %s, wherever they stand and however often', (field) => {
    const text = `${SECRET} a ${SECRET}b ${TOKEN}${SECRET} Bearer abc.def-g_h/i+j=~ ${TOKEN.toUpperCase()}`;
    const safe = String(redaction.apply({ [field]: text })[field]);

    expect(safe).toBe('[redacted] a [redacted]b [redacted][redacted] [redacted] [redacted]');
  });

  it.each([
    ['authorization: Basic ZGVtbzpkZW1v', 'authorization: [redacted]'],
    ['BEARER abc', '[redacted]'],
    [`{"guestIdToken":"${TOKEN}"}`, '{"guestIdToken":"[redacted]"}'],
    [`a ggs_billing_${'A_-z'.repeat(10)}abc b`, 'a [redacted] b'],
    ['a eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.c2ln-_ b', 'a [redacted] b'],
    [`?token=${TOKEN}&a=1`, '?token=[redacted]&a=1'],
  ])('knows what a credential looks like: %s', (text, safe) => {
    expect(messageOf(text)).toBe(safe);
  });

  it.each(['jwt_short', 'a forbearer of news', 'Basically nothing', '', 'ggs_billing', 'eyJ a.b.c'])(
    'leaves other text unchanged: %j',
    (text) => {
      expect(messageOf(text)).toBe(text);
    },
  );

  it('matches a secret literally and not as a pattern', () => {
    const patterns = new Redaction(['a.c$&']);

    expect(patterns.apply({ message: 'abc a.c$& abc' })).toEqual({ message: 'abc [redacted] abc' });
  });
});

describe(allowLogFields.name, () => {
  it('lets fields of an extension pass, blanked like all others', () => {
    expect(redaction.apply({ ticketRef: 'T-1' })).toEqual({});

    allowLogFields('ticketRef', 'state');

    expect(redaction.apply({ ticketRef: `T-1 ${SECRET}` })).toEqual({ ticketRef: 'T-1 [redacted]' });
  });

  it.each([
    ...['', 'Ticket', 'ticket-ref', 'ticket ref', '__proto__', 'a'.repeat(41)],
    ...['accessToken', 'clientSecret', 'password', 'authorization', 'setCookie', 'apiKey', 'requestBody'],
    ...['headers', 'name', 'email', 'phoneNumber'],
  ])('refuses the name "%s"', (name) => {
    expect(() => {
      allowLogFields(name);
    }).toThrow('cannot be the name of a log field');
  });

  it('refuses more names than an extension needs', () => {
    expect(() => {
      allowLogFields(...Array.from({ length: 51 }, (_, index) => `extra${index}`));
    }).toThrow('More than 50 log fields');
  });
});

describe(blankInLogs.name, () => {
  it('blanks a secret of an extension from then on', () => {
    const secret = 'extension-secret-1b2c';
    expect(messageOf(secret)).toBe(secret);

    blankInLogs(secret);
    blankInLogs('');

    expect(messageOf(`a ${secret} b`)).toBe('a [redacted] b');
  });
});

describe('a redaction that refuses unknown fields', () => {
  const strict = new Redaction([], true);

  it('names the field that would be dropped', () => {
    expect(() => strict.apply({ message: 'x', surprise: 1 })).toThrow('The log field "surprise"');
  });

  it('lets known fields pass', () => {
    expect(strict.apply({ message: 'x', state: 'open' })).toEqual({ message: 'x', state: 'open' });
  });
});
