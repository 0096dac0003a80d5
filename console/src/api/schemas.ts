import type { components, SessionQuery } from '@genesys-guest-sessions/client';

export type { Session } from '@genesys-guest-sessions/client';

type Schemas = components['schemas'];

export type Attempt = Schemas['AttemptResponse'];
export type AuditRecord = Schemas['AuditRecordResponse'];
export type Examination = Schemas['ReportResponse'];
export type Delivery = Schemas['DeliveryResponse'];
export type DeliveryHistory = Schemas['DeliveryHistoryResponse'];
export type Limits = Schemas['LimitsResponse'];
export type Message = Schemas['MessageResponse'];
export type Sink = Schemas['SinkResponse'];
export type Webhook = Schemas['WebhookResponse'];
export type WebhookDelivery = Schemas['WebhookDeliveryResponse'];
export type WebhookOverview = Schemas['WebhookOverviewResponse'];
export type ConsoleSession = Schemas['ConsoleSessionResponse'];
export type Replica = Schemas['ReplicaResponse'];
export type SessionFilters = Omit<SessionQuery, 'limit' | 'cursor'>;
export type Statistics = Schemas['StatisticsResponse'];
export type StatisticsPoint = Schemas['StatisticsPointResponse'];
