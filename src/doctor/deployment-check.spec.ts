import { UpstreamForbiddenError, UpstreamServerError } from '../common/errors/upstream.errors';
import { Environment } from '../config/environment';
import { WebMessagingConfig } from '../config/web-messaging.config';
import type { AllowedDomains, GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import { DeploymentCheck } from './deployment-check';
import type { Finding } from './finding';

type Deployment = Awaited<ReturnType<GenesysDiagnostics['deployment']>>;

const SIGNAL = new AbortController().signal;
const SETTINGS = {
  GENESYS_REGION: 'mypurecloud.de',
  GENESYS_DEPLOYMENT_ID: 'deployment-1',
  GENESYS_ORIGIN: 'https://www.shop.example',
};
const DEPLOYMENT: Deployment = {
  isActive: true,
  autoStarts: false,
  allowsClear: true,
  showsGuestTyping: true,
  allowsLogin: true,
  allowsStepUp: true,
  requiresLogin: false,
  endDetection: 'read-only',
};

function findingsOf(
  deployment: Deployment | Error,
  domains: AllowedDomains | undefined = { all: true, domains: [] },
  settings: object = SETTINGS,
): Promise<readonly Finding[]> {
  const config = new WebMessagingConfig(Object.assign(new Environment(), settings));
  const genesys = {
    deployment: () =>
      deployment instanceof Error ? Promise.reject(deployment) : Promise.resolve(deployment),
    allowedDomains: () => Promise.resolve(domains),
  };
  return new DeploymentCheck(config, genesys).run(SIGNAL);
}

describe(DeploymentCheck.name, () => {
  it('names features that are off by choice', async () => {
    expect(await findingsOf({ ...DEPLOYMENT, allowsClear: false })).toEqual([
      { outcome: 'ok', message: 'active, and allows https://www.shop.example; off: Clear Conversation' },
    ]);
  });

  it.each([
    [['www.shop.example'], 'ok'],
    [['*.shop.example'], 'ok'],
    [['shop.example'], 'fail'],
    [['*.other.example'], 'fail'],
    [[], 'fail'],
  ])('compares the origin with the domains %j', async (domains, outcome) => {
    expect(await findingsOf(DEPLOYMENT, { all: false, domains })).toMatchObject([{ outcome }]);
  });

  it('warns of domains that cannot be read', async () => {
    const config = new WebMessagingConfig(Object.assign(new Environment(), SETTINGS));
    const genesys = {
      deployment: () => Promise.resolve(DEPLOYMENT),
      allowedDomains: () => Promise.resolve(undefined),
    };

    expect(await new DeploymentCheck(config, genesys).run(SIGNAL)).toMatchObject([
      { outcome: 'warn', fix: expect.stringContaining('GENESYS_ORIGIN') },
    ]);
  });

  it.each([
    [new UpstreamForbiddenError(), 'no deployment deployment-1', 'GENESYS_DEPLOYMENT_ID'],
    [new UpstreamServerError(503), 'cannot be read', 'GENESYS_CDN_URL'],
  ])('tells an unknown deployment from a failure of the CDN: %s', async (error, message, fix) => {
    expect(await findingsOf(error)).toEqual([
      { outcome: 'fail', message: expect.stringContaining(message), fix: expect.stringContaining(fix) },
    ]);
  });

  it('is skipped without a deployment', async () => {
    expect(await findingsOf(DEPLOYMENT, undefined, {})).toMatchObject([{ outcome: 'skipped' }]);
  });
});
