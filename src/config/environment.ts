import { IsBoolean, IsNotEmpty, IsOptional, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { type ApiKeyEntry, MAX_EVENT_STREAMS, MAX_REQUESTS_PER_MINUTE, MAX_SESSIONS } from './api-key-list';
import type { Followed } from './reloading-file';
import type { OAuthClient } from './oauth-client-list';
import type { OpenIntegration } from './open-integration-list';
import type { ScopeMap } from './scope-map';
import {
  ApiKeysSetting,
  BooleanSetting,
  ChoiceSetting,
  ClaimSetting,
  DataKeysSetting,
  IdListSetting,
  IntegerSetting,
  ListSetting,
  OAuthClientsSetting,
  OpenIntegrationsSetting,
  PostgresUrlSetting,
  PrefixSetting,
  PrefixUrlSetting,
  ProxySetting,
  ScopeMapSetting,
  UrlSetting,
  UrlWithUserSetting,
  EventSecretsSetting,
  WebhookSecretsSetting,
} from './setting.decorator';
import { TracingEnvironment } from './tracing-environment';

const ACCESS_MODES = ['keys', 'jwt', 'open', 'open-anywhere'] as const;

/** Ways to authenticate callers. `open` asks for no credential on this machine, `open-anywhere` at any address. */
export type AccessMode = (typeof ACCESS_MODES)[number];

function hasSingleClient({ GENESYS_CLIENTS }: { GENESYS_CLIENTS?: unknown }): boolean {
  return GENESYS_CLIENTS === undefined;
}

/** Unlike `IsOptional`, it does not accept a `null` given as JSON. */
function hasSeveralClients(environment: { GENESYS_CLIENTS?: unknown }): boolean {
  return !hasSingleClient(environment);
}

/**
 * Every environment variable of the service, with its default. `.env.example` explains them; a test compares the two.
 * Variables without a default are optional here; `readEnvironment` checks those that a deployment needs, across
 * several variables at once.
 */
export class Environment extends TracingEnvironment {
  /** Files from which secrets were read, by the name of their variable. */
  files: Partial<Record<string, string>> = {};

  /** Every secret that was read so far; it must never be shown. */
  secrets = new Set<string>();

  /** The files that are checked for changes while the process runs. */
  followed: Followed[] = [];

  @IsString()
  HOST: string = '127.0.0.1';

  @IntegerSetting(0, 65_535)
  PORT: number = 3000;

  @IsOptional()
  @PrefixUrlSetting('https', 'http')
  PUBLIC_URL?: string;

  @IsOptional()
  @UrlSetting('https', 'http')
  REPLICA_URL?: string;

  @IntegerSetting(1, 256)
  REPLICA_FORWARDED_PER_CALLER: number = 64;

  @ChoiceSetting(...ACCESS_MODES)
  ACCESS_MODE: AccessMode = 'keys';

  @ApiKeysSetting()
  API_KEYS?: ApiKeyEntry[];

  @IsOptional()
  @UrlSetting('https', 'http')
  AUTH_JWKS_URL?: string;

  @IsOptional()
  @IsString()
  AUTH_ISSUER?: string;

  @IsOptional()
  @IsString()
  AUTH_AUDIENCE?: string;

  @ClaimSetting('iss', 'sub', 'exp', 'nbf', 'iat', 'jti')
  AUTH_AUDIENCE_CLAIM: string = 'aud';

  @ClaimSetting('iss', 'aud', 'exp', 'nbf', 'iat', 'jti')
  AUTH_CALLER_CLAIM: string = 'sub';

  @IsOptional()
  @ClaimSetting('iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti')
  AUTH_SCOPE_CLAIM?: string;

  @IsOptional()
  @PrefixSetting()
  AUTH_SCOPE_PREFIX?: string;

  @ScopeMapSetting()
  AUTH_SCOPE_MAP?: ScopeMap;

  @ScopeMapSetting()
  AUTH_CALLER_SCOPES?: ScopeMap;

  @IntegerSetting(1, MAX_REQUESTS_PER_MINUTE)
  CALLER_REQUESTS_PER_MINUTE: number = 6_000;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  METRICS_PUBLIC: boolean = false;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  DOCS_PUBLIC: boolean = false;

  @ChoiceSetting('on', 'off')
  CONSOLE: 'on' | 'off' = 'on';

  @IntegerSetting(1, 1_440)
  CONSOLE_IDLE_MINUTES: number = 30;

  @IntegerSetting(1, 168)
  CONSOLE_MAX_HOURS: number = 12;

  @IsOptional()
  @PostgresUrlSetting()
  DATABASE_URL?: string;

  @IntegerSetting(0, 600_000)
  DATABASE_START_TIMEOUT_MS: number = 60_000;

  @IsString()
  @IsNotEmpty()
  DATA_DIR: string = './data';

  @DataKeysSetting()
  DATA_KEY: string[] = [];

  @IntegerSetting(1, 36_500)
  AUDIT_KEEP_DAYS: number = 365;

  @IntegerSetting(1, 744)
  STATISTICS_RETENTION_HOURS: number = 48;

  @IsOptional()
  @Matches(/^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/, {
    message: 'must be a domain such as usw2.pure.cloud',
  })
  GENESYS_REGION?: string;

  @IsOptional()
  @UrlSetting('https', 'http')
  GENESYS_LOGIN_URL?: string;

  @IsOptional()
  @UrlSetting('https', 'http')
  GENESYS_API_URL?: string;

  @IsOptional()
  @UrlSetting('wss', 'ws')
  GENESYS_MESSAGING_URL?: string;

  @IsOptional()
  @UrlSetting('https', 'http')
  GENESYS_CDN_URL?: string;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  GENESYS_SIGN_IN_AT_START: boolean = true;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  GENESYS_UPLOAD_ALLOW_PRIVATE: boolean = false;

  @IsOptional()
  @Matches(/^[\w-]{1,64}$/, { message: 'must be the id of a web messaging deployment' })
  GENESYS_DEPLOYMENT_ID?: string;

  @IsOptional()
  @UrlSetting('https', 'http')
  GENESYS_ORIGIN?: string;

  @ValidateIf(hasSingleClient)
  @IsNotEmpty({
    message:
      'is required: the id of an OAuth client with the grant Client Credentials (Genesys Cloud Admin, Integrations, OAuth)',
  })
  GENESYS_CLIENT_ID: string = '';

  @ValidateIf(hasSingleClient)
  @IsNotEmpty({
    message: 'is required, here or as GENESYS_CLIENT_SECRET_FILE: the secret of that OAuth client',
  })
  GENESYS_CLIENT_SECRET: string = '';

  @ValidateIf(hasSeveralClients)
  @OAuthClientsSetting()
  GENESYS_CLIENTS?: OAuthClient[];

  @OpenIntegrationsSetting()
  GENESYS_OPEN_INTEGRATIONS?: OpenIntegration[];

  @IsOptional()
  @MaxLength(4_000, { message: 'must have at most 4000 characters' })
  GENESYS_OPEN_DEFAULT_TEXT?: string;

  @IntegerSetting(0, 20)
  GENESYS_NOTIFICATION_CHANNELS: number = 0;

  @IsOptional()
  @IdListSetting()
  GENESYS_NOTIFICATION_QUEUES?: string[];

  @ChoiceSetting('any', 'direct', 'forwarded')
  GENESYS_OPEN_SOURCE: 'any' | 'direct' | 'forwarded' = 'any';

  @IsOptional()
  @EventSecretsSetting()
  GENESYS_EVENTS_SECRET?: string[];

  @IntegerSetting(1, 1_000_000)
  GENESYS_REQUESTS_PER_MINUTE: number = 300;

  @IntegerSetting(1_000, 3_600_000)
  GENESYS_RATE_WINDOW_MS: number = 60_000;

  @ChoiceSetting('basic', 'body')
  GENESYS_CLIENT_AUTH: 'basic' | 'body' = 'basic';

  /** Whether there is such a channel is known when all modules have registered theirs. */
  @Matches(/^[a-z][a-z0-9-]{0,39}$/, { message: 'must be the name of a channel' })
  GENESYS_CHANNEL: string = 'conversations-messaging';

  @IsOptional()
  @UrlWithUserSetting('https', 'http')
  CRM_WEBHOOK_URL?: string;

  @IsOptional()
  @WebhookSecretsSetting()
  CRM_WEBHOOK_SECRET?: string[];

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  CRM_WEBHOOK_ALLOW_PRIVATE: boolean = false;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  CRM_INCLUDE_GUEST_TOKEN: boolean = false;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  CRM_INCLUDE_MESSAGES: boolean = false;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  CRM_WEBHOOK_PROXY: boolean = true;

  @IntegerSetting(10, 600_000)
  SYNC_FIRST_RETRY_MS: number = 5_000;

  @IntegerSetting(100, 600_000)
  SYNC_PROBE_INTERVAL_MS: number = 30_000;

  @IntegerSetting(1, 100_000)
  SYNC_MAX_PER_SECOND: number = 200;

  @IntegerSetting(1, 3_650)
  SYNC_KEEP_DELIVERED_DAYS: number = 7;

  @IntegerSetting(1, 3_650)
  SYNC_KEEP_DEAD_DAYS: number = 30;

  @IntegerSetting(0, 1_000)
  WEBHOOKS_MAX_PER_CALLER: number = 20;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  WEBHOOKS_ALLOW_PRIVATE: boolean = false;

  @BooleanSetting()
  @IsBoolean({ message: 'must be true or false' })
  WEBHOOKS_PROXY: boolean = false;

  @IntegerSetting(1, 1_000_000)
  SESSION_MAX_CONCURRENT: number = 500;

  @IsOptional()
  @IntegerSetting(1, MAX_SESSIONS)
  SESSION_MAX_PER_CALLER?: number;

  @IntegerSetting(1, 128)
  UPLOAD_MAX_CONCURRENT: number = 16;

  @IsOptional()
  @IntegerSetting(1, 128)
  UPLOAD_MAX_PER_CALLER?: number;

  @IntegerSetting(1, 2_000_000)
  SESSION_MAX_DURATION_SECONDS: number = 2700;

  @IntegerSetting(1, 2_000_000)
  SESSION_DEFAULT_DURATION_SECONDS: number = 1800;

  @IntegerSetting(0, 86_400)
  SESSION_EXPIRY_WARNING_SECONDS: number = 300;

  @IntegerSetting(1, 3_650)
  SESSION_KEEP_DAYS: number = 30;

  @ListSetting()
  SESSION_REQUIRED_CAPABILITIES: string[] = ['typing-indicator', 'read-receipts'];

  @IntegerSetting(1_000, 300_000)
  SESSION_OPEN_DEADLINE_MS: number = 30_000;

  @IntegerSetting(1_000, 86_400_000)
  SESSION_DISCONNECT_DEADLINE_MS: number = 600_000;

  @IntegerSetting(1, MAX_EVENT_STREAMS)
  EVENT_STREAMS_MAX: number = 100;

  @IntegerSetting(1, MAX_EVENT_STREAMS)
  EVENT_STREAMS_MAX_PER_CALLER: number = 20;

  @IntegerSetting(10, 86_400_000)
  HEARTBEAT_MAX_INTERVAL_MS: number = 30_000;

  @IntegerSetting(10, 86_400_000)
  HEARTBEAT_MIN_INTERVAL_MS: number = 1_000;

  @IntegerSetting(10, 3_600_000)
  HEARTBEAT_STRETCH_MAX_MS: number = 120_000;

  @IntegerSetting(1, 1_000)
  HEARTBEAT_FAILURE_THRESHOLD: number = 3;

  @IntegerSetting(50, 300_000)
  UPSTREAM_TIMEOUT_MS: number = 10_000;

  @IntegerSetting(1, 1_000_000)
  UPSTREAM_BREAKER_MIN_RPS: number = 1;

  @IntegerSetting(100, 600_000)
  UPSTREAM_BREAKER_RECOVERY_MS: number = 10_000;

  @IsOptional()
  @ProxySetting()
  HTTP_PROXY?: string;

  @IsOptional()
  @ProxySetting()
  HTTPS_PROXY?: string;

  @IsOptional()
  @IsString()
  NO_PROXY?: string;

  @ChoiceSetting('handover', 'disconnect')
  SHUTDOWN_MODE: 'handover' | 'disconnect' = 'handover';

  @IsOptional()
  @IntegerSetting(0, 60_000)
  SHUTDOWN_NOTICE_MS?: number;

  @IntegerSetting(0, 60_000)
  EVENT_LOOP_BLOCKED_MS: number = 500;

  @ChoiceSetting('error', 'warn', 'info', 'debug')
  LOG_LEVEL: 'error' | 'warn' | 'info' | 'debug' = 'info';

  @ChoiceSetting('json', 'pretty')
  LOG_FORMAT: 'json' | 'pretty' = 'json';
}
