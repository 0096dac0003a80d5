import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamUnauthorizedError,
} from '../common/errors/upstream.errors';
import type { Finding } from './finding';
import { LoginCheck } from './login-check';

const UUID = '0b1c2d3e-0000-4000-8000-0123456789ab';
const HOST = {
  name: 'login',
  url: new URL('https://login.mypurecloud.de'),
  setting: 'GENESYS_REGION',
} as const;
const SETTINGS = { id: 'GENESYS_CLIENT_ID', secret: 'GENESYS_CLIENT_SECRET_FILE' };

async function findingFor(error: Error, id = UUID): Promise<Finding | undefined> {
  const [finding] = await new LoginCheck(id, HOST, SETTINGS, { signIn: () => Promise.reject(error) }).run();
  return finding;
}

describe(LoginCheck.name, () => {
  it('names all settings that a refusal may come from', async () => {
    const { fix } = (await findingFor(new UpstreamUnauthorizedError())) ?? {};

    for (const part of [
      'GENESYS_CLIENT_ID',
      'GENESYS_CLIENT_SECRET_FILE',
      'GENESYS_REGION',
      'Client Credentials',
    ])
      expect(fix).toContain(part);
  });

  it('recognises an id that is none of the platform', async () => {
    expect(await findingFor(new UpstreamUnauthorizedError(), 'my-client')).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('UUIDs'),
      fix: expect.stringContaining('GENESYS_CLIENT_ID'),
    });
  });

  it.each([
    [new UpstreamRejectedError(404), 'fail', 'no login of Genesys Cloud'],
    [new UpstreamInvalidResponseError('no JSON'), 'fail', 'no login of Genesys Cloud'],
    [new UpstreamServerError(503), 'fail', 'no token'],
    [new UpstreamThrottledError(), 'warn', 'no more logins'],
  ])('tells other failures apart: %s', async (error, outcome, message) => {
    expect(await findingFor(error)).toMatchObject({ outcome, message: expect.stringContaining(message) });
  });
});
