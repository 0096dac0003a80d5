import { NOTIFICATION_OPTIONS } from './cli-notification-options';
import { DEMO_OPEN_SECRET, DEPLOYMENT_OPTIONS, OPEN_OPTIONS, parseCliOptions, USAGE } from './cli-options';
import { DEMO_DEPLOYMENT_ID } from './web-messaging/deployment';

describe('the command line', () => {
  it('has a default for every option, and starts no CRM by default', () => {
    expect(parseCliOptions([])).toEqual({
      kind: 'run',
      genesys: {
        host: '127.0.0.1',
        port: 4010,
        journalSize: 20_000,
        requestsPerMinute: 0,
        latencyMs: 0,
        webMessaging: {
          deployments: [
            {
              id: DEMO_DEPLOYMENT_ID,
              autoStart: false,
              conversationDisconnect: { enabled: true, type: 'ReadOnly' },
              sessionDurationSeconds: 259_200,
              auth: { enabled: true, allowSessionUpgrade: true },
              conversationClear: true,
              showAgentTypingIndicator: true,
              showUserTypingIndicator: true,
              keepsMetadata: true,
            },
          ],
        },
      },
    });
  });

  it('reads every option', () => {
    const args = '--port 1 --crm-port=2 --host ::1 --requests-per-minute 300 --latency-ms 5 --journal-size 0';
    const clients = '--client a:b --client c:d:e';
    const web = '--deployment d --allowed-domain x --allowed-domain y --auto-start --after-disconnect Send';

    const off = '--no-clear --no-agent-typing --no-guest-typing --drop-metadata';
    const all = `${args} ${clients} ${web} ${off} --session-seconds 60 --auth Required --greeting`.split(' ');

    expect(parseCliOptions([...all, 'Good morning'])).toEqual({
      kind: 'run',
      genesys: {
        host: '::1',
        port: 1,
        journalSize: 0,
        requestsPerMinute: 300,
        latencyMs: 5,
        clients: { a: 'b', c: 'd:e' },
        webMessaging: {
          deployments: [
            {
              id: 'd',
              autoStart: true,
              conversationDisconnect: { enabled: true, type: 'Send' },
              sessionDurationSeconds: 60,
              auth: { enabled: true, allowSessionUpgrade: false },
              conversationClear: false,
              showAgentTypingIndicator: false,
              showUserTypingIndicator: false,
              keepsMetadata: false,
              greeting: 'Good morning',
              allowedDomains: ['x', 'y'],
            },
          ],
        },
      },
      crm: { host: '::1', port: 2, journalSize: 0 },
    });
  });

  it.each([
    ['--after-disconnect', 'Off', { conversationDisconnect: { enabled: false, type: 'Send' } }],
    ['--auth', 'Off', { auth: { enabled: false, allowSessionUpgrade: false } }],
  ])('switches off the feature of %s %s', (option, value, expected) => {
    expect(parseCliOptions([option, value])).toMatchObject({
      genesys: { webMessaging: { deployments: [expected] } },
    });
  });

  it('serves Open Messaging with one integration', () => {
    const genesys = (args: string): unknown => parseCliOptions(args.split(' '));

    expect(genesys('--open-integration i')).toMatchObject({
      genesys: {
        openMessaging: { integrations: [{ id: 'i', secret: DEMO_OPEN_SECRET }], threadingMinutes: 4_320 },
      },
    });
    expect(
      genesys('--open-integration i --open-webhook http://a/b --open-secret s --threading-minutes 0'),
    ).toMatchObject({
      genesys: {
        openMessaging: {
          integrations: [{ id: 'i', secret: 's', webhookUrl: 'http://a/b' }],
          threadingMinutes: 0,
        },
      },
    });
  });

  it('sets up notifications, and nothing without an option of them', () => {
    const line =
      '--queue q --channel-seconds 60 --channel-heartbeat-ms 5 --event-bridge http://a/b --event-trigger http://a/c';

    expect(parseCliOptions([...line.split(' '), '--event-authorization', 'Bearer x'])).toMatchObject({
      genesys: {
        webMessaging: { deployments: [{ queueId: 'q' }] },
        notifications: {
          channelLifetimeMs: 60_000,
          heartbeatMs: 5,
          pushTargets: [
            { kind: 'event-bridge', url: 'http://a/b', headers: { authorization: 'Bearer x' } },
            { kind: 'trigger', url: 'http://a/c', headers: { authorization: 'Bearer x' } },
          ],
        },
      },
    });
  });

  it('describes every option of a deployment, of Open Messaging and of notifications', () => {
    for (const name of Object.keys({ ...DEPLOYMENT_OPTIONS, ...OPEN_OPTIONS, ...NOTIFICATION_OPTIONS }))
      expect(USAGE).toContain(`  --${name} `);
  });

  it('asks for help with --help', () => {
    expect(parseCliOptions(['--help'])).toEqual({ kind: 'help' });
  });

  it.each([
    [['--bogus'], /--bogus/],
    [['stray'], /stray/],
    [['--port'], /--port/],
    [['--port', '70000'], /65535/],
    [['--latency-ms', '1e3'], /--latency-ms/],
    [['--client', 'nosecret'], /id:secret/],
    [['--after-disconnect', 'nothing'], /ReadOnly, Send or Off/],
    [['--session-seconds', 'long'], /--session-seconds/],
    [['--auth', 'Sometimes'], /Optional, Required or Off/],
    [['--greeting'], /--greeting/],
    [['--open-integration', 'i', '--open-webhook', 'nowhere'], /--open-webhook/],
    [['--threading-minutes', '4321'], /4320/],
    [['--event-bridge', 'nowhere'], /--event-bridge/],
    [['--channel-seconds', '86401'], /86400/],
  ])('refuses %j', (args, message) => {
    expect(parseCliOptions(args)).toMatchObject({
      kind: 'wrong',
      message: expect.stringMatching(message) as string,
    });
  });
});
