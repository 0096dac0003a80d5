import { randomUUID } from 'node:crypto';
import { OpenIntegrationOptions } from './open-messaging-options';

/** The changeable part of an integration. */
export interface IntegrationChange {
  readonly name?: string;
  readonly webhookUrl?: string;
  readonly secret?: string;
  readonly webhookHeaders?: Readonly<Record<string, string>>;
  readonly supportedContent?: unknown;
  readonly messagingSetting?: unknown;
}

/**
 * An Open Messaging integration.
 *
 *   Initiated ── reads beyond `initiatedReads` ──▶ Completed
 */
export class OpenIntegration {
  readonly id: string;
  name: string;
  secret: string;
  webhookUrl: string | undefined;
  webhookHeaders: Readonly<Record<string, string>>;
  private supportedContent: unknown;
  private messagingSetting: unknown;
  private modifiedAt: number;

  constructor(
    options: OpenIntegrationOptions,
    private readonly createdAt: number,
    private remainingReads = 0,
  ) {
    this.id = options.id;
    this.name = options.name ?? `Open integration ${options.id}`;
    this.secret = options.secret;
    this.webhookUrl = options.webhookUrl;
    this.webhookHeaders = options.webhookHeaders ?? {};
    this.modifiedAt = createdAt;
  }

  static create(change: IntegrationChange, now: number, initiatedReads: number): OpenIntegration {
    const { secret = '', ...rest } = change;
    const integration = new OpenIntegration({ id: randomUUID(), secret, ...rest }, now, initiatedReads + 1);
    integration.change(change, now);
    return integration;
  }

  change(change: IntegrationChange, now: number): void {
    this.name = change.name ?? this.name;
    this.webhookUrl = change.webhookUrl ?? this.webhookUrl;
    this.secret = change.secret ?? this.secret;
    this.webhookHeaders = change.webhookHeaders ?? this.webhookHeaders;
    this.supportedContent = change.supportedContent ?? this.supportedContent;
    this.messagingSetting = change.messagingSetting ?? this.messagingSetting;
    this.modifiedAt = now;
  }

  /** Returns the JSON of the API, and counts as a read of the creation's state. */
  read(selfUri: string): unknown {
    const createStatus = this.remainingReads > 0 ? 'Initiated' : 'Completed';
    if (this.remainingReads > 0) this.remainingReads -= 1;
    return {
      id: this.id,
      name: this.name,
      ...(this.supportedContent === undefined ? {} : { supportedContent: this.supportedContent }),
      ...(this.messagingSetting === undefined ? {} : { messagingSetting: this.messagingSetting }),
      outboundNotificationWebhookUrl: this.webhookUrl,
      outboundNotificationWebhookSignatureSecretToken: this.secret,
      webhookHeaders: this.webhookHeaders,
      status: 'Active',
      recipient: { id: this.id },
      dateCreated: new Date(this.createdAt).toISOString(),
      dateModified: new Date(this.modifiedAt).toISOString(),
      createStatus,
      selfUri,
    };
  }
}
