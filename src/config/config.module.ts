import { type DynamicModule, Module } from '@nestjs/common';
import { AccessConfig } from './access.config';
import { AuditConfig } from './audit.config';
import { ConsoleConfig } from './console.config';
import { CrmConfig } from './crm.config';
import type { Environment } from './environment';
import { EventsConfig } from './events.config';
import { GenesysConfig } from './genesys.config';
import { HeartbeatConfig } from './heartbeat.config';
import { LogConfig } from './log.config';
import { MessagesConfig } from './messages.config';
import { NotificationsConfig } from './notifications.config';
import { OpenMessagingConfig } from './open-messaging.config';
import { PlatformEventsConfig } from './platform-events.config';
import { ProxyConfig } from './proxy.config';
import { ReplicaConfig } from './replica.config';
import { SecretFilesConfig } from './secret-files.config';
import { ServerConfig } from './server.config';
import { SessionConfig } from './session.config';
import { StatisticsConfig } from './statistics.config';
import { StorageConfig } from './storage.config';
import { SyncConfig } from './sync.config';
import { TracingConfig } from './tracing.config';
import { WatchdogConfig } from './watchdog.config';
import { WebMessagingConfig } from './web-messaging.config';
import { WebhooksConfig } from './webhooks.config';

const CONFIGS = [
  AccessConfig,
  AuditConfig,
  ConsoleConfig,
  CrmConfig,
  EventsConfig,
  GenesysConfig,
  HeartbeatConfig,
  LogConfig,
  MessagesConfig,
  NotificationsConfig,
  OpenMessagingConfig,
  PlatformEventsConfig,
  ProxyConfig,
  ReplicaConfig,
  SecretFilesConfig,
  ServerConfig,
  SessionConfig,
  StatisticsConfig,
  StorageConfig,
  SyncConfig,
  TracingConfig,
  WatchdogConfig,
  WebMessagingConfig,
  WebhooksConfig,
];

/** Turns one validated environment into small typed settings that every module can inject. */
@Module({})
export class ConfigModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: CONFIGS.map((Config) => ({ provide: Config, useValue: new Config(environment) })),
      exports: CONFIGS,
    };
  }
}
