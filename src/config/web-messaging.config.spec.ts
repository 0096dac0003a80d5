import { MINIMAL, problemsOf } from './environment.fake';
import { readEnvironment } from './read-environment';
import { WebMessagingConfig } from './web-messaging.config';

const DEPLOYMENT = {
  GENESYS_DEPLOYMENT_ID: '5f0c7e2a-0000-4000-8000-000000000001',
  GENESYS_ORIGIN: 'https://support.example.com',
};

describe(WebMessagingConfig.name, () => {
  it("knows the region's hosts", () => {
    const config = new WebMessagingConfig(readEnvironment({ ...MINIMAL, ...DEPLOYMENT }));
    const id = DEPLOYMENT.GENESYS_DEPLOYMENT_ID;

    expect(config).toMatchObject({
      isComplete: true,
      origin: 'https://support.example.com',
      socketUrl: `wss://webmessaging.usw2.pure.cloud/v1?deploymentId=${id}`,
      deploymentUrl: `https://api-cdn.usw2.pure.cloud/webdeployments/v1/deployments/${id}/config.json`,
    });
  });

  it('prefers explicit hosts', () => {
    const hosts = {
      GENESYS_MESSAGING_URL: 'ws://127.0.0.1:4010/',
      GENESYS_CDN_URL: 'http://127.0.0.1:4010/cdn/',
    };
    const config = new WebMessagingConfig(readEnvironment({ ...MINIMAL, ...DEPLOYMENT, ...hosts }));

    expect(config.socketUrl).toMatch(/^ws:\/\/127\.0\.0\.1:4010\/v1\?/);
    expect(config.deploymentUrl).toMatch(/^http:\/\/127\.0\.0\.1:4010\/cdn\/webdeployments\//);
  });

  it('is incomplete without a deployment and an origin', () => {
    expect(new WebMessagingConfig(readEnvironment(MINIMAL)).isComplete).toBe(false);
  });

  it.each([
    ['GENESYS_DEPLOYMENT_ID', 'a/../b'],
    ['GENESYS_ORIGIN', 'support'],
    ['GENESYS_MESSAGING_URL', 'https://webmessaging.usw2.pure.cloud'],
    ['GENESYS_CDN_URL', 'ftp://cdn'],
  ])('refuses a %s of %s', (name, value) => {
    expect(problemsOf({ ...MINIMAL, ...DEPLOYMENT, [name]: value })).toEqual([expect.stringContaining(name)]);
  });
});
