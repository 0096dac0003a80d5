import { tmpdir } from 'node:os';
import { dataKeyProblem } from './data-key-list';
import { configurationErrorOf, MINIMAL as LEAST, problemsOf, settingFiles } from './environment.fake';
import { environmentNames, readEnvironment } from './read-environment';

const SECRET = 'canary-secret-8f7e';
const MINIMAL = { ...LEAST, GENESYS_CLIENT_SECRET: SECRET };
const WITHOUT_SECRET = { ...MINIMAL, GENESYS_CLIENT_SECRET: '' };

const fileWith = settingFiles();

const problemsOver = (variables: Record<string, string | undefined>): readonly string[] =>
  problemsOf({ ...MINIMAL, ...variables });

describe(readEnvironment.name, () => {
  it('has a default for every optional setting', () => {
    expect(Object.fromEntries(Object.entries(readEnvironment(MINIMAL)))).toEqual({
      ...MINIMAL,
      DATA_KEY: [MINIMAL.DATA_KEY],
      AUTH_AUDIENCE_CLAIM: 'aud',
      AUTH_CALLER_CLAIM: 'sub',
      CALLER_REQUESTS_PER_MINUTE: 6_000,
      HOST: '127.0.0.1',
      PORT: 3000,
      REPLICA_FORWARDED_PER_CALLER: 64,
      EVENT_LOOP_BLOCKED_MS: 500,
      METRICS_PUBLIC: false,
      DOCS_PUBLIC: false,
      CONSOLE: 'on',
      CONSOLE_IDLE_MINUTES: 30,
      CONSOLE_MAX_HOURS: 12,
      DATABASE_START_TIMEOUT_MS: 60_000,
      DATA_DIR: './data',
      AUDIT_KEEP_DAYS: 365,
      STATISTICS_RETENTION_HOURS: 48,
      GENESYS_REQUESTS_PER_MINUTE: 300,
      GENESYS_RATE_WINDOW_MS: 60_000,
      GENESYS_CLIENT_AUTH: 'basic',
      GENESYS_CHANNEL: 'conversations-messaging',
      GENESYS_NOTIFICATION_CHANNELS: 0,
      GENESYS_OPEN_SOURCE: 'any',
      GENESYS_SIGN_IN_AT_START: true,
      GENESYS_UPLOAD_ALLOW_PRIVATE: false,
      CRM_WEBHOOK_ALLOW_PRIVATE: false,
      CRM_WEBHOOK_PROXY: true,
      CRM_INCLUDE_GUEST_TOKEN: false,
      CRM_INCLUDE_MESSAGES: false,
      SYNC_FIRST_RETRY_MS: 5_000,
      SYNC_PROBE_INTERVAL_MS: 30_000,
      SYNC_MAX_PER_SECOND: 200,
      SYNC_KEEP_DELIVERED_DAYS: 7,
      SYNC_KEEP_DEAD_DAYS: 30,
      SESSION_EXPIRY_WARNING_SECONDS: 300,
      SESSION_KEEP_DAYS: 30,
      SESSION_MAX_CONCURRENT: 500,
      UPLOAD_MAX_CONCURRENT: 16,
      SESSION_MAX_DURATION_SECONDS: 2700,
      SESSION_DEFAULT_DURATION_SECONDS: 1800,
      SESSION_REQUIRED_CAPABILITIES: ['typing-indicator', 'read-receipts'],
      SESSION_OPEN_DEADLINE_MS: 30_000,
      SESSION_DISCONNECT_DEADLINE_MS: 600_000,
      EVENT_STREAMS_MAX: 100,
      EVENT_STREAMS_MAX_PER_CALLER: 20,
      HEARTBEAT_MAX_INTERVAL_MS: 30_000,
      HEARTBEAT_MIN_INTERVAL_MS: 1_000,
      HEARTBEAT_STRETCH_MAX_MS: 120_000,
      HEARTBEAT_FAILURE_THRESHOLD: 3,
      UPSTREAM_TIMEOUT_MS: 10_000,
      WEBHOOKS_ALLOW_PRIVATE: false,
      WEBHOOKS_MAX_PER_CALLER: 20,
      WEBHOOKS_PROXY: false,
      UPSTREAM_BREAKER_MIN_RPS: 1,
      UPSTREAM_BREAKER_RECOVERY_MS: 10_000,
      SHUTDOWN_MODE: 'handover',
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      OTEL_SDK_DISABLED: false,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_TRACES_SAMPLER_ARG: 1,
      files: {},
      followed: [],
      secrets: new Set([SECRET, MINIMAL.DATA_KEY.slice('k1:'.length)]),
    });
  });

  it('reads every kind of value', () => {
    const given = {
      PORT: '0',
      DATABASE_URL: 'postgres://user:pass@localhost:5432/sessions',
      CRM_WEBHOOK_URL: 'http://localhost:4011/crm/events',
      CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
      CRM_INCLUDE_GUEST_TOKEN: 'true',
      SESSION_REQUIRED_CAPABILITIES: 'typing-indicator, file-transfer',
      SHUTDOWN_MODE: 'disconnect',
    };

    expect(readEnvironment({ ...MINIMAL, ...given })).toMatchObject({
      ...given,
      PORT: 0,
      CRM_WEBHOOK_ALLOW_PRIVATE: true,
      CRM_INCLUDE_GUEST_TOKEN: true,
      SESSION_REQUIRED_CAPABILITIES: ['typing-indicator', 'file-transfer'],
    });
  });

  it('treats an empty value as unset, and ignores unknown variables', () => {
    const environment = readEnvironment({
      ...MINIMAL,
      PORT: '',
      CRM_WEBHOOK_URL: '',
      PATH: '/bin',
      port: 'x',
    });

    expect(environment.PORT).toBe(3000);
    expect(environment.CRM_WEBHOOK_URL).toBeUndefined();
    expect(environment).not.toHaveProperty('PATH');
  });

  it('requires credentials and a region', () => {
    expect(problemsOf({})).toEqual([
      `DATA_KEY ${dataKeyProblem([])}`,
      'GENESYS_CLIENT_ID is required: the id of an OAuth client with the grant Client Credentials (Genesys Cloud Admin, Integrations, OAuth)',
      'GENESYS_CLIENT_SECRET is required, here or as GENESYS_CLIENT_SECRET_FILE: the secret of that OAuth client',
      'GENESYS_REGION is required: the region of the organization, such as mypurecloud.de; or GENESYS_LOGIN_URL and GENESYS_API_URL',
      'API_KEYS needs a key, here or in API_KEYS_FILE, unless ACCESS_MODE is jwt or open: npm run key -- --name billing --scopes sessions.write prints one',
    ]);
  });

  it.each([
    ...['abc', '1.5', '-1', '65536', '1e3', '0x10', '8 0', '+80', 'NaN', '9'.repeat(400)].map((bad) => [
      'PORT',
      bad,
      'must be a whole number from 0 to 65535',
    ]),
    ['GENESYS_NOTIFICATION_CHANNELS', '21', 'must be a whole number from 0 to 20'],
    ...['a,,b', 'v2.queues', 'a b', 'x'.repeat(65), Array(1_001).fill('q').join()].map((bad) => [
      'GENESYS_NOTIFICATION_QUEUES',
      bad,
      'must be a comma-separated list of at most 1000 ids',
    ]),
    ['SESSION_MAX_CONCURRENT', '0', 'must be a whole number from 1 to 1000000'],
    ['UPSTREAM_TIMEOUT_MS', '49', 'must be a whole number from 50 to 300000'],
    ['SYNC_FIRST_RETRY_MS', '9', 'must be a whole number from 10 to 600000'],
    ['SYNC_PROBE_INTERVAL_MS', '99', 'must be a whole number from 100 to 600000'],
    ['SYNC_MAX_PER_SECOND', '0', 'must be a whole number from 1 to 100000'],
    ['SYNC_KEEP_DELIVERED_DAYS', '0', 'must be a whole number from 1 to 3650'],
    ['SYNC_KEEP_DEAD_DAYS', '3651', 'must be a whole number from 1 to 3650'],
    ['HEARTBEAT_FAILURE_THRESHOLD', 'three', 'must be a whole number from 1 to 1000'],
    ...['usw2', 'https://usw2.pure.cloud', 'usw2.pure.cloud/', 'USW2.pure.cloud', 'a..b', 'a b.c'].map(
      (bad) => ['GENESYS_REGION', bad, 'must be a domain such as usw2.pure.cloud'],
    ),
    ...['login.pure.cloud', 'ftp://login', '//login', 'https://', 'javascript:alert(1)'].map((bad) => [
      'GENESYS_LOGIN_URL',
      bad,
      'must be a URL that starts with https:// or http://',
    ]),
    ['GENESYS_API_URL', 'api', 'must be a URL that starts with https:// or http://'],
    ...['file:///etc/passwd', 'https://[fe80::1%25lo]/', 'https://0x100000000/', 'https://xn--a/'].map(
      (bad) => ['CRM_WEBHOOK_URL', bad, 'must be a URL that starts with https:// or http://'],
    ),
    ['PUBLIC_URL', '/guests', 'must be a URL that starts with https:// or http://'],
    ['PUBLIC_URL', 'https://user:pw@gateway.example.com', 'must not hold a user or a password'],
    ['PUBLIC_URL', 'https://gateway.example.com/?guests', 'must not hold a query or a fragment'],
    ['DATABASE_URL', 'mysql://host/db', 'must be a URL that starts with postgres:// or postgresql://'],
    ...['yes', '1', 'TRUE', 'on'].map((bad) => ['CRM_INCLUDE_GUEST_TOKEN', bad, 'must be true or false']),
    ...['typing-indicator,', 'Typing', ',', 'a;b', 'a b'].map((bad) => [
      'SESSION_REQUIRED_CAPABILITIES',
      bad,
      'must be a comma-separated list of words in lower case',
    ]),
    ['ACCESS_MODE', 'none', 'must be one of: keys, jwt, open, open-anywhere'],
    ['METRICS_PUBLIC', 'yes', 'must be true or false'],
    ['SHUTDOWN_MODE', 'now', 'must be one of: handover, disconnect'],
    ['LOG_LEVEL', 'verbose', 'must be one of: error, warn, info, debug'],
    ['LOG_FORMAT', 'xml', 'must be one of: json, pretty'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be a URL that starts with http:// or https://'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'no url', 'must be a URL that starts with http:// or https://'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be one of: http/protobuf, http/json'],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      'api-key',
      'must be a comma-separated list of key=value, with percent-encoded values',
    ],
    ['OTEL_TRACES_SAMPLER_ARG', '2', 'must be a number from 0 to 1'],
    ['GENESYS_CLIENT_AUTH', 'none', 'must be one of: basic, body'],
    ['GENESYS_CHANNEL', 'Pigeon!', 'must be the name of a channel'],
  ] as [string, string, string][])('refuses %s=%s', (name, value, problem) => {
    expect(problemsOver({ [name]: value })).toEqual([`${name} ${problem}`]);
  });

  it.each([
    [
      { GENESYS_REGION: '', GENESYS_API_URL: 'http://localhost:4010' },
      'GENESYS_LOGIN_URL is required when GENESYS_REGION is not set',
    ],
    [
      { SESSION_DEFAULT_DURATION_SECONDS: '61', SESSION_MAX_DURATION_SECONDS: '60' },
      'SESSION_DEFAULT_DURATION_SECONDS must not be above SESSION_MAX_DURATION_SECONDS',
    ],
    [
      { HEARTBEAT_MIN_INTERVAL_MS: '20', HEARTBEAT_MAX_INTERVAL_MS: '10' },
      'HEARTBEAT_MIN_INTERVAL_MS must not be above HEARTBEAT_MAX_INTERVAL_MS',
    ],
  ])('refuses what contradicts itself: %j', (variables, problem) => {
    expect(problemsOver(variables)).toEqual([problem]);
  });

  it.each([
    ['GENESYS_DEPLOYMENT_ID', { GENESYS_ORIGIN: 'https://support.example.com' }, 'GENESYS_ORIGIN is set'],
    [
      'GENESYS_ORIGIN',
      { GENESYS_DEPLOYMENT_ID: '5f0c7e2a-0000-4000-8000-000000000001' },
      'GENESYS_DEPLOYMENT_ID is set',
    ],
    [
      'GENESYS_ORIGIN',
      { GENESYS_DEPLOYMENT_ID: '5f0c7e2a-0000-4000-8000-000000000001', GENESYS_CHANNEL: 'web-messaging' },
      'GENESYS_CHANNEL is web-messaging',
    ],
  ])('demands %s beside the other half of web messaging', (name, variables, reason) => {
    expect(problemsOver(variables)).toEqual([`${name} is required when ${reason}`]);
  });

  it('accepts the two hosts in place of a region', () => {
    const hosts = {
      GENESYS_LOGIN_URL: 'http://localhost:4010',
      GENESYS_API_URL: 'http://127.0.0.1:4010/base',
    };

    expect(readEnvironment({ ...MINIMAL, GENESYS_REGION: '', ...hosts })).toMatchObject(hosts);
  });

  it('reads the secret from a file, without the line break at its end', () => {
    const environment = readEnvironment({
      ...WITHOUT_SECRET,
      GENESYS_CLIENT_SECRET_FILE: fileWith(`${SECRET}\n`),
    });

    expect(environment.GENESYS_CLIENT_SECRET).toBe(SECRET);
  });

  it('refuses a secret file that is missing, a directory or empty', () => {
    const REQUIRED =
      'GENESYS_CLIENT_SECRET is required, here or as GENESYS_CLIENT_SECRET_FILE: the secret of that OAuth client';
    const withFile = (path: string): readonly string[] =>
      problemsOf({ ...WITHOUT_SECRET, GENESYS_CLIENT_SECRET_FILE: path });

    expect(withFile('/nowhere/at/all')).toEqual([
      'GENESYS_CLIENT_SECRET_FILE cannot be read (ENOENT)',
      REQUIRED,
    ]);
    expect(withFile(tmpdir())).toEqual(['GENESYS_CLIENT_SECRET_FILE cannot be read (EISDIR)', REQUIRED]);
    expect(withFile(fileWith(' \n'))).toEqual([REQUIRED]);
  });

  it('refuses a secret that is given twice', () => {
    expect(problemsOver({ GENESYS_CLIENT_SECRET_FILE: fileWith(SECRET) })).toEqual([
      'GENESYS_CLIENT_SECRET and GENESYS_CLIENT_SECRET_FILE exclude each other',
    ]);
  });

  it('names all faults in one message, and no value', () => {
    const error = configurationErrorOf({
      PORT: 'canary-port',
      DATABASE_URL: 'mysql://user:canary-password@host/db',
      GENESYS_REGION: 'canary region',
      GENESYS_CLIENT_SECRET: SECRET,
      GENESYS_CLIENT_SECRET_FILE: fileWith(SECRET),
      CRM_WEBHOOK_SECRET: 'canary-webhook',
      DATA_KEY: 'k1:canary-data-key',
      API_KEYS: 'canary-key',
      SESSION_DEFAULT_DURATION_SECONDS: '2701',
      LOG_LEVEL: 'canary-level',
    });

    expect(error?.problems.map((problem) => problem.split(' ', 1)[0]).sort()).toEqual([
      'API_KEYS',
      'CRM_WEBHOOK_SECRET',
      'DATABASE_URL',
      'DATA_KEY',
      'GENESYS_CLIENT_ID',
      'GENESYS_CLIENT_SECRET',
      'GENESYS_REGION',
      'LOG_LEVEL',
      'PORT',
      'SESSION_DEFAULT_DURATION_SECONDS',
    ]);
    expect(error?.message.split('\n')).toEqual([
      'The configuration is invalid:',
      ...(error?.problems ?? []).map((problem) => `  - ${problem}`),
    ]);
    expect(error?.message).not.toContain('canary');
  });
});

describe(environmentNames.name, () => {
  it('names each variable once', () => {
    const names = environmentNames();

    expect(names).toEqual(expect.arrayContaining(['HOST', 'PORT', 'GENESYS_CLIENT_SECRET', 'LOG_FORMAT']));
    expect(new Set(names).size).toBe(names.length);
  });
});
