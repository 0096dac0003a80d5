import { plainToInstance } from 'class-transformer';
import { useContainer, validateSync } from 'class-validator';
import { Environment } from '../../config/environment';
import { SessionConfig } from '../../config/session.config';
import { FakeGuestChannel } from '../ports/guest-channel.fake';
import { GuestChannels } from '../ports/guest-channels';
import { HasRequiredCapabilities } from './has-required-capabilities-constraint';
import { IsKnownChannel } from './is-known-channel-constraint';
import { IsWithinMaxDuration } from './is-within-max-duration-constraint';
import { JourneyContextDto } from './journey-context.dto';
import { LoginDto } from './login.dto';
import { OpenSessionDto } from './open-session.dto';

const config = new SessionConfig(new Environment());
const rules = new Map<unknown, unknown>([
  [HasRequiredCapabilities, new HasRequiredCapabilities(config)],
  [IsWithinMaxDuration, new IsWithinMaxDuration(config)],
  [IsKnownChannel, new IsKnownChannel(new GuestChannels([new FakeGuestChannel('fake')]))],
]);

beforeAll(() => {
  useContainer({ get: (type) => rules.get(type) as never }, { fallback: true, fallbackOnErrors: true });
});

/** The broken rules by field. */
function problemsOf(fields: Record<string, unknown>): Record<string, string> {
  const asked = plainToInstance(OpenSessionDto, { queueId: 'support', ...fields });
  const errors = validateSync(asked, { whitelist: true, forbidNonWhitelisted: true });
  return Object.fromEntries(
    errors.map(({ property, constraints }) => [property, Object.values(constraints ?? {}).join('; ')]),
  );
}

describe(OpenSessionDto.name, () => {
  it('requires only a queue', () => {
    expect(problemsOf({})).toEqual({});
    expect(problemsOf({ queueId: undefined })).toHaveProperty('queueId');
  });

  it('accepts all fields together', () => {
    expect(
      problemsOf({
        name: 'Ada',
        locale: 'de-DE',
        capabilities: ['typing-indicator', 'read-receipts', 'file-transfer'],
        durationLimit: 2700,
        channel: 'fake',
      }),
    ).toEqual({});
  });

  it.each(['abc', '600', 0, -1, 2701, 1.5, null, true, [], Number.NaN])(
    'refuses a duration of %p',
    (durationLimit) => {
      expect(problemsOf({ durationLimit })).toHaveProperty('durationLimit');
    },
  );

  it.each([1, 2700])('accepts a duration of %d seconds', (durationLimit) => {
    expect(problemsOf({ durationLimit })).toEqual({});
  });

  it('names the longest duration in the error', () => {
    expect(problemsOf({ durationLimit: 3000 })).toEqual({ durationLimit: 'must be at most 2700 seconds' });
  });

  it.each([
    ['one text', 'typing-indicator,read-receipts'],
    ['null', null],
    ['a number among them', ['typing-indicator', 'read-receipts', 7]],
    ['one of them twice', ['typing-indicator', 'read-receipts', 'read-receipts']],
    ['an invalid word', ['typing-indicator', 'read-receipts', 'A b']],
  ])('refuses capabilities given as %s', (_, capabilities) => {
    expect(problemsOf({ capabilities })).toHaveProperty('capabilities');
  });

  it.each([
    [[], 'must contain typing-indicator and read-receipts'],
    [['file-transfer', 'read-receipts'], 'must contain typing-indicator'],
  ])('names the capabilities that are missing in %p', (capabilities, message) => {
    expect(problemsOf({ capabilities })).toEqual({ capabilities: message });
  });

  it.each(['', 7, null, ' ', 'a b', 'ü', 'x'.repeat(129)])('refuses the queue %p', (queueId) => {
    expect(problemsOf({ queueId })).toHaveProperty('queueId');
  });

  it('refuses an unknown channel, and names the known ones', () => {
    expect(problemsOf({ channel: 'carrier-pigeon' })).toEqual({ channel: 'must be one of: fake' });
  });

  const CODE = { authCode: 'a', redirectUri: 'r' };
  const TOKEN = { idToken: 'i', nonce: 'n' };

  const ALL = { ...CODE, codeVerifier: 'v', nonce: 'n', maxAge: 0, iss: 'https://login.shop.example' };

  it.each([CODE, { ...CODE, codeVerifier: 'v' }, ALL, TOKEN])('accepts the login %j', (authentication) => {
    expect(problemsOf({ authentication })).toEqual({});
  });

  it.each([
    [{}, ['authCode', 'redirectUri']],
    [{ authCode: 'a' }, ['redirectUri']],
    [{ ...CODE, authCode: '' }, ['authCode']],
    [{ ...CODE, codeVerifier: 7 }, ['codeVerifier']],
    [{ ...CODE, redirectUri: null }, ['redirectUri']],
    [{ ...CODE, authCode: 'x'.repeat(4097) }, ['authCode']],
    [{ idToken: 'i' }, ['nonce']],
    [{ nonce: 'n' }, ['idToken']],
    [{ ...CODE, ...TOKEN }, ['authCode', 'redirectUri']],
    [{ ...TOKEN, codeVerifier: 'v' }, ['codeVerifier']],
    [{ ...TOKEN, maxAge: 1, iss: 'i' }, ['maxAge', 'iss']],
    [{ authCode: 'a', nonce: 'n' }, ['redirectUri']],
    [{ ...CODE, maxAge: -1 }, ['maxAge']],
    [{ ...CODE, maxAge: 1.5 }, ['maxAge']],
    [{ ...CODE, maxAge: '60' }, ['maxAge']],
    [{ ...CODE, maxAge: 2 ** 31 }, ['maxAge']],
    [{ ...CODE, iss: 7 }, ['iss']],
    [{ ...CODE, nonce: '' }, ['nonce']],
    [{ ...CODE, password: 'p' }, ['password']],
  ])('refuses the login %j', (login, wrong) => {
    const asked = plainToInstance(LoginDto, login);
    const errors = validateSync(asked, { whitelist: true, forbidNonWhitelisted: true });
    expect(errors.map(({ property }) => property)).toEqual(wrong);
  });

  it.each([null, 'jane', [], [CODE], 7])('refuses %j as a login', (authentication) => {
    expect(problemsOf({ authentication })).toHaveProperty('authentication');
  });

  it.each([
    [{ customAttributes: { order: '4711' } }, {}],
    [{ customAttributes: { a: 'x'.repeat(2_047) } }, {}],
    [{ customAttributes: { a: 'x'.repeat(2_048) } }, { customAttributes: expect.any(String) as string }],
    [{ customAttributes: { a: 1 } }, { customAttributes: expect.any(String) as string }],
    [{ customAttributes: ['a'] }, { customAttributes: expect.any(String) as string }],
    [{ journeyContext: {} }, {}],
    [{ journeyContext: { customerId: 'c', sessionId: 's', sessionType: 'app' } }, {}],
    [{ journeyContext: 'c' }, { journeyContext: expect.any(String) as string }],
  ])('checks what is said of the guest: %j', (fields, problems) => {
    expect(problemsOf(fields)).toEqual(problems);
  });

  it.each([
    [{ customerId: `jwt_${'0'.repeat(32)}` }, 'customerId'],
    [{ customerId: 'c', sessionId: `visit-jwt_${'a'.repeat(32)}` }, 'sessionId'],
    [{ sessionId: 'visit-without-customer' }, 'sessionId'],
    [{ customerId: 'x'.repeat(257) }, 'customerId'],
    [{ customerId: '' }, 'customerId'],
    [{ sessionType: 'phone' }, 'sessionType'],
    [{ customer: 'c' }, 'customer'],
  ])('refuses the journey context %j', (journey, wrong) => {
    const asked = plainToInstance(JourneyContextDto, journey);
    const errors = validateSync(asked, { whitelist: true, forbidNonWhitelisted: true });
    expect(errors.map(({ property }) => property)).toEqual([wrong]);
  });

  it('refuses unknown fields', () => {
    expect(problemsOf({ durationlimit: 5 })).toHaveProperty('durationlimit');
  });
});
