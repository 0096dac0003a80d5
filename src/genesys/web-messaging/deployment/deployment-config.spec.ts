import { Logger } from '@nestjs/common';
import { UpstreamUnavailableError } from '../../../common/errors/upstream.errors';
import { Environment } from '../../../config/environment';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { anAnswer, FakeGenesysHttpClient } from '../../transport/genesys-http-client.fake';
import { DeploymentConfig } from './deployment-config';

const DESCRIPTION = {
  auth: { enabled: true, allowSessionUpgrade: true },
  id: 'dep-1',
  status: 'Active',
  messenger: {
    enabled: true,
    apps: {
      conversations: {
        messagingEndpoint: 'wss://x',
        showUserTypingIndicator: true,
        autoStart: { enabled: true },
        conversationClear: { enabled: true },
        conversationDisconnect: { enabled: true, type: 'ReadOnly' },
      },
    },
  },
};

let http: FakeGenesysHttpClient;
let deployment: DeploymentConfig;

beforeEach(() => {
  jest.useFakeTimers();
  Logger.overrideLogger(false);
  http = new FakeGenesysHttpClient();
  const environment = Object.assign(new Environment(), {
    GENESYS_REGION: 'usw2.pure.cloud',
    GENESYS_DEPLOYMENT_ID: 'dep-1',
  });
  deployment = new DeploymentConfig(http, new WebMessagingConfig(environment));
});
afterEach(() => {
  jest.useRealTimers();
});

describe(DeploymentConfig.name, () => {
  it('reads the public description of the deployment', async () => {
    http.next(anAnswer(200, DESCRIPTION));

    expect(await deployment.get()).toEqual({
      isActive: true,
      autoStarts: true,
      allowsClear: true,
      showsGuestTyping: true,
      allowsLogin: true,
      allowsStepUp: true,
      endDetection: 'read-only',
      requiresLogin: false,
    });
    expect(http.requests).toEqual([
      {
        operation: 'deployment',
        method: 'GET',
        url: 'https://api-cdn.usw2.pure.cloud/webdeployments/v1/deployments/dep-1/config.json',
        headers: {},
      },
    ]);
  });

  it('allows nothing that the description does not state', async () => {
    http.next(anAnswer(200, { status: 'Inactive', messenger: 'x' }));

    expect(await deployment.get()).toEqual({
      isActive: false,
      autoStarts: false,
      allowsClear: false,
      showsGuestTyping: false,
      allowsLogin: false,
      allowsStepUp: false,
      endDetection: 'none',
      requiresLogin: false,
    });
  });

  it.each<[string, object, object | undefined]>([
    [
      'modes',
      { modes: [{ fileTypes: ['image/*', 7], maxFileSizeKB: 5 }, { fileTypes: ['text/plain'] }] },
      [{ fileTypes: ['image/*'], maxFileSizeKB: 5 }, { fileTypes: ['text/plain'] }],
    ],
    [
      'none where attachments are enabled',
      { enableAttachments: true, modes: [{ fileTypes: ['*/*'] }] },
      undefined,
    ],
    ['none where there are none', { enableAttachments: false, modes: [] }, undefined],
  ])('reads what guests may upload: %s', async (_what, fileUpload, modes) => {
    http.next(anAnswer(200, { messenger: { fileUpload } }));

    expect((await deployment.get()).uploadModes).toEqual(modes);
  });

  it.each([
    [{ enabled: true, type: 'ReadOnly' }, 'read-only'],
    [{ enabled: true, type: 'Send' }, 'event'],
    [{ enabled: true }, 'event'],
    [{ enabled: false, type: 'ReadOnly' }, 'none'],
    [undefined, 'none'],
  ])('reads how an end by the agent is signalled: %j', async (conversationDisconnect, endDetection) => {
    http.next(anAnswer(200, { messenger: { apps: { conversations: { conversationDisconnect } } } }));

    expect(await deployment.get()).toMatchObject({ endDetection });
  });

  it('shows the last description at once, and replaces it in the background', async () => {
    const read: boolean[] = [];
    deployment.onRead(({ autoStarts }) => read.push(autoStarts));
    http.next(anAnswer(500), anAnswer(200, DESCRIPTION), anAnswer(200, {}));

    expect(deployment.peek()).toBeUndefined();
    await jest.advanceTimersByTimeAsync(0);
    expect(deployment.peek()).toBeUndefined();
    expect(http.requests).toHaveLength(1);

    await jest.advanceTimersByTimeAsync(10_001);
    expect(deployment.peek()).toBeUndefined();
    await jest.advanceTimersByTimeAsync(300_000);
    expect(deployment.peek()).toMatchObject({ autoStarts: true });
    await jest.advanceTimersByTimeAsync(0);
    expect(deployment.peek()).toMatchObject({ autoStarts: false });
    expect(read).toEqual([true, false]);
  });

  it('fetches once for concurrent callers, and again after five minutes', async () => {
    await Promise.all([deployment.get(), deployment.get()]);
    await jest.advanceTimersByTimeAsync(299_000);
    await deployment.get();
    expect(http.requests).toHaveLength(1);

    await jest.advanceTimersByTimeAsync(2_000);
    await deployment.get();
    expect(http.requests).toHaveLength(2);
  });

  it('goes by the last description while there is no other, and asks again soon', async () => {
    http.next(anAnswer(200, DESCRIPTION), anAnswer(503), new UpstreamUnavailableError(), anAnswer(200, {}));
    await deployment.get();
    await jest.advanceTimersByTimeAsync(300_001);
    expect(await deployment.get()).toMatchObject({ autoStarts: true });
    expect(await deployment.get()).toMatchObject({ autoStarts: true });
    expect(http.requests).toHaveLength(2);

    await jest.advanceTimersByTimeAsync(10_001);
    expect(await deployment.get()).toMatchObject({ autoStarts: true });
    await jest.advanceTimersByTimeAsync(10_001);
    expect(await deployment.get()).toMatchObject({ autoStarts: false });
  });

  it('fails without any description, having changed nothing', async () => {
    http.next(anAnswer(500));

    await expect(deployment.get()).rejects.toMatchObject({
      code: 'upstream-error',
      mayHaveTakenEffect: false,
    });
    expect(await deployment.get()).toMatchObject({ isActive: true });
  });

  it('reports no effect when the answer is unreadable', async () => {
    http.next({ ...anAnswer(200), body: '<html>' });

    await expect(deployment.get()).rejects.toMatchObject({
      code: 'upstream-invalid-response',
      mayHaveTakenEffect: false,
    });
  });
});
