import { RecordingLog } from '../audit/recording-log.fake';
import { UpstreamUnavailableError } from '../common/errors/upstream.errors';
import { Environment } from '../config/environment';
import { GenesysConfig } from '../config/genesys.config';
import { WebMessagingConfig } from '../config/web-messaging.config';
import { GenesysStartup } from './genesys-startup';
import type { GenesysApiClient } from './transport/genesys-api-client';

let log: RecordingLog;
let signIns: string[];
let signIn: () => Promise<void>;

beforeEach(() => {
  log = RecordingLog.install();
  signIns = [];
  signIn = () => Promise.resolve();
});
afterEach(() => {
  jest.useRealTimers();
});

function startupWith(settings: Partial<Environment>): GenesysStartup {
  const environment = Object.assign(new Environment(), {
    GENESYS_CLIENTS: ['one', 'two'].map((id) => ({ id, secret: 'secret' })),
    ...settings,
  });
  const api: Pick<GenesysApiClient, 'signIn'> = {
    signIn: (id) => {
      signIns.push(id);
      return signIn();
    },
  };
  return new GenesysStartup(
    new GenesysConfig(environment),
    new WebMessagingConfig(environment),
    api as GenesysApiClient,
  );
}

const GUESTS = { GENESYS_DEPLOYMENT_ID: 'd', GENESYS_ORIGIN: 'https://shop.example' };
const AT_LOGIN = { message: 'Upstream in use', upstream: 'login', host: 'login.usw2.pure.cloud' };
const AT_API = { message: 'Upstream in use', upstream: 'api', host: 'api.usw2.pure.cloud' };

describe(GenesysStartup.name, () => {
  it('logs the hosts in use and asks for one token of each client', async () => {
    await startupWith({ GENESYS_REGION: 'usw2.pure.cloud' }).onApplicationBootstrap();

    expect(log.at('info')).toEqual([AT_LOGIN, AT_API]);
    expect(log.at('warn')).toEqual([]);
    expect(signIns).toEqual(['one', 'two']);
  });

  it('logs the hosts of guests too where guests can connect', async () => {
    await startupWith({ GENESYS_REGION: 'usw2.pure.cloud', ...GUESTS }).onApplicationBootstrap();

    expect(log.at('info')).toEqual([
      AT_LOGIN,
      AT_API,
      { message: 'Upstream in use', upstream: 'messaging', host: 'webmessaging.usw2.pure.cloud' },
      { message: 'Upstream in use', upstream: 'cdn', host: 'api-cdn.usw2.pure.cloud' },
    ]);
  });

  it('warns of each setting that overrides the region', async () => {
    const settings = { GENESYS_REGION: 'usw2.pure.cloud', GENESYS_API_URL: 'http://127.0.0.1:8080' };
    await startupWith(settings).onApplicationBootstrap();

    const message = 'GENESYS_REGION is overridden by another setting';
    expect(log.at('warn')).toEqual([{ message, setting: 'GENESYS_API_URL' }]);
    expect(log.at('info')).toContainEqual({ ...AT_API, host: '127.0.0.1:8080' });
  });

  it('leaves the sign-in to the first session where that is wanted', async () => {
    await startupWith({ GENESYS_REGION: 'x', GENESYS_SIGN_IN_AT_START: false }).onApplicationBootstrap();

    expect(signIns).toEqual([]);
  });

  it('does not fail the start, and does not wait longer than three seconds', async () => {
    signIn = () => Promise.reject(new UpstreamUnavailableError());
    await startupWith({ GENESYS_REGION: 'usw2.pure.cloud' }).onApplicationBootstrap();

    jest.useFakeTimers();
    signIn = () => new Promise(() => undefined);
    const start = startupWith({ GENESYS_REGION: 'usw2.pure.cloud' }).onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(3_000);
    await expect(start).resolves.toBeUndefined();
  });
});
