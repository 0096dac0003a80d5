import { UpstreamError } from '../../../common/errors/upstream.errors';
import type { OpenIntegration } from '../../../config/open-integration-list';
import { CommandRefusedError } from './command.errors';
import type { IntegrationAdmin } from './integration-admin';
import { type PlatformIntegration, webhookUrlOf } from './platform-integration';
import { ROUTING_STEPS } from './routing-steps';
import { newSecret } from './secret-rotation';

/** Last segment of the webhook's path until the id of the integration is known; the service answers it with 401. */
const PLACEHOLDER = 'pending';

export interface Creation {
  readonly name: string;
  readonly publicUrl: string;
}

export interface Selection {
  /** All integrations without it. */
  readonly id?: string | undefined;
  /** Public base URL of the service, to compare webhook addresses with. */
  readonly publicUrl?: string | undefined;
}

export interface Change {
  readonly id: string;
  readonly name?: string | undefined;
  readonly publicUrl?: string | undefined;
}

/** The commands that create, show and change integrations. Only `create` prints a secret, in the entry of the setting. */
export class IntegrationCommands {
  constructor(
    private readonly admin: IntegrationAdmin,
    private readonly configured: readonly OpenIntegration[],
    private readonly print: (text: string) => void,
  ) {}

  /**
   * Creates an integration with a fresh secret and sets the address of its webhook, which contains its id, when the
   * creation has completed. The entry is printed before anything else can fail.
   */
  async create({ name, publicUrl }: Creation, signal: AbortSignal): Promise<void> {
    const secret = newSecret();
    const id = await this.begin({ name, webhookUrl: webhookUrlOf(publicUrl, PLACEHOLDER), secret }, signal);
    this.print(`id     ${id}\nentry  ${JSON.stringify({ id, secrets: [secret] })}\n`);
    try {
      await this.assertCreated(id, signal);
      await this.admin.change(id, { name, webhookUrl: webhookUrlOf(publicUrl, id) }, signal);
    } catch (error) {
      if (!(error instanceof CommandRefusedError))
        this
          .print(`\nThe webhook has no address yet. When "show --id ${id}" says that the creation is completed, run
  npm run --silent open-messaging -- update --id ${id} --public-url ${publicUrl}\n`);
      throw error;
    }
    this.print(`url    ${webhookUrlOf(publicUrl, id)}\n${ROUTING_STEPS}`);
  }

  async show({ id, publicUrl }: Selection, signal: AbortSignal): Promise<void> {
    const found = id === undefined ? await this.admin.list(signal) : [await this.admin.get(id, signal)];
    const blocks = found.map((integration) => this.describe(integration, publicUrl));
    this.print(blocks.length === 0 ? 'There is no Open Messaging integration.\n' : blocks.join('\n'));
  }

  /** The platform requires a name in each change, so that an unchanged one is read first. */
  async update({ id, name, publicUrl }: Change, signal: AbortSignal): Promise<void> {
    const settings = {
      name: name ?? (await this.admin.get(id, signal)).name,
      webhookUrl: publicUrl === undefined ? undefined : webhookUrlOf(publicUrl, id),
    };
    this.print(this.describe(await this.admin.change(id, settings, signal), publicUrl));
  }

  private async begin(
    settings: Parameters<IntegrationAdmin['create']>[0],
    signal: AbortSignal,
  ): Promise<string> {
    try {
      return (await this.admin.create(settings, signal)).id;
    } catch (error) {
      if (error instanceof UpstreamError && error.mayHaveTakenEffect)
        this.print('The integration may have been created: see "show" before the next attempt.\n');
      throw error;
    }
  }

  private async assertCreated(id: string, signal: AbortSignal): Promise<void> {
    const { createStatus, createError } = await this.admin.created(id, signal);
    if (createStatus !== 'Error') return;
    throw new CommandRefusedError(
      `Genesys Cloud failed to create the integration: ${createError ?? 'no error code'}. The entry is of no use: delete the integration ${id} in Genesys Cloud.`,
    );
  }

  private describe(integration: PlatformIntegration, publicUrl: string | undefined): string {
    const { id, name, status, createStatus, createError, webhookUrl, recipientId } = integration;
    const isConfigured = this.configured.some((entry) => entry.id === id);
    const lines = {
      id,
      name: printable(name),
      status: status ?? 'unknown',
      creation: [createStatus ?? 'unknown', createError].filter((word) => word !== undefined).join(' '),
      webhook: webhookUrl ?? 'none',
      ...(publicUrl === undefined ? {} : { 'to here': isTo(webhookUrl, webhookUrlOf(publicUrl, id)) }),
      recipient: recipientId ?? 'none',
      configured: isConfigured ? 'yes' : 'no, not in GENESYS_OPEN_INTEGRATIONS',
    };
    return Object.entries(lines)
      .map(([label, value]) => `${label.padEnd(10)}  ${value}\n`)
      .join('');
  }
}

/** Control characters are escaped or replaced: names come from the platform, and terminals obey such characters. */
function printable(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f]/g, '?');
}

function isTo(webhookUrl: string | undefined, expected: string): string {
  return webhookUrl === expected ? 'yes' : `no, the service listens on ${expected}`;
}
