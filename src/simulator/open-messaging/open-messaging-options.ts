import { AnalyticsLetters, DisconnectType } from './disconnect-type';
import { IP_RANGES, IpRange, LimitNamespaces, ORGANIZATION_LIMITS } from './organization-facts';

export interface OpenIntegrationOptions {
  readonly id: string;
  /** Key of the webhook's signature; the simulator accepts any length here. */
  readonly secret: string;
  readonly name?: string;
  /** Receiver of the outbound webhook; without it nothing is delivered until `setWebhook`. */
  readonly webhookUrl?: string;
  /** Headers that every delivery carries in addition to its own. */
  readonly webhookHeaders?: Readonly<Record<string, string>>;
}

export type ReceiptStatus = 'Sent' | 'Delivered' | 'Failed' | 'Published' | 'Removed';

export interface OpenMessagingOptions {
  /** Default: none. */
  readonly integrations?: readonly OpenIntegrationOptions[];
  /** Time after a disconnect in which a message continues the conversation; 0: each begins a new one. */
  readonly threadingMinutes?: number;
  /** Status of accepted inbound requests; the public contract leaves it open. */
  readonly inboundStatus?: 200 | 202;
  /** Number of reads of a created integration that still say `Initiated`. */
  readonly initiatedReads?: number;
  /** Refuses webhook addresses other than https on port 443, as Genesys Cloud does. Default: false. */
  readonly httpsOnly?: boolean;
  /** Time in which the webhook's receiver has to answer. */
  readonly webhookTimeoutMs?: number;
  /** Delay of the first retry. */
  readonly retryFirstMs?: number;
  /** Delay of every later retry. */
  readonly retryEveryMs?: number;
  /** Number of retries after the first one. */
  readonly retries?: number;
  /** First attempts for one guest go out one after the other, in order. Default: true. */
  readonly ordered?: boolean;
  /** Deliveries beyond this number of pending ones are dropped. */
  readonly maxPendingWebhooks?: number;
  /** Number of the newest deliveries that are kept for reading. */
  readonly keptDeliveries?: number;
  /** The webhook's body names the conversation, which only some receivers report. Default: false. */
  readonly conversationIdInWebhooks?: boolean;
  /** Receipts that are sent about every inbound message without an act of the test. Default: none. */
  readonly receiptStatuses?: readonly ReceiptStatus[];
  /** Ids in a receipt, `id` and `channel.messageId`: the platform's and the caller's, or one of them in both. */
  readonly receiptNames?: 'both' | 'platform-id' | 'message-id';
  /** Disconnect type of all participants after a PATCH of the whole conversation. */
  readonly disconnectTypeOfPatch?: DisconnectType;
  /** Age of the state that analytics shows. */
  readonly analyticsLagMs?: number;
  /** Letters of disconnect types in analytics. */
  readonly analyticsSpelling?: AnalyticsLetters;
  /** Estimated wait of queues without a value of their own. */
  readonly estimatedWaitSeconds?: number;
  /** Source addresses of the platform. */
  readonly ipRanges?: readonly IpRange[];
  /** Effective limits of the organisation by namespace and key. */
  readonly limits?: LimitNamespaces;
}

/** The options with all defaults applied. */
export interface OpenMessagingSettings extends Required<OpenMessagingOptions> {
  readonly now: () => number;
}

export function settingsOf(options: OpenMessagingOptions, now: () => number): OpenMessagingSettings {
  return {
    integrations: [],
    threadingMinutes: 4_320,
    inboundStatus: 200,
    initiatedReads: 1,
    httpsOnly: false,
    webhookTimeoutMs: 10_000,
    retryFirstMs: 10_000,
    retryEveryMs: 5_000,
    retries: 5,
    ordered: true,
    maxPendingWebhooks: 10_000,
    keptDeliveries: 10_000,
    conversationIdInWebhooks: false,
    receiptStatuses: [],
    receiptNames: 'both',
    disconnectTypeOfPatch: 'client',
    analyticsLagMs: 0,
    analyticsSpelling: 'camel',
    estimatedWaitSeconds: 30,
    ipRanges: IP_RANGES,
    limits: ORGANIZATION_LIMITS,
    ...options,
    now,
  };
}
