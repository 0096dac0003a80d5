import { UpstreamForbiddenError, UpstreamRejectedError } from '../common/errors/upstream.errors';
import type { GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import { Check } from './check';
import { failure, type Finding, ok, warning } from './finding';
import { connectionCheckOf } from './hosts';
import { loginCheckOf } from './login-check';
import { reasonOf } from './upstream-reason';

type Integration = Awaited<ReturnType<GenesysDiagnostics['integration']>>;
type Reads = Pick<GenesysDiagnostics, 'integration' | 'webhookUrl' | 'statusOf'>;

const PAGE = 'Genesys Cloud Admin, Message, Platforms';

interface IntegrationFacts {
  readonly id: string;
  /** `PUBLIC_URL`; undefined without it. */
  readonly publicUrl: string | undefined;
  /** The OAuth client that reads the integration. */
  readonly clientId: string;
}

/** One Open Messaging integration: it exists, is created, and its webhook leads to this service. */
export class OpenMessagingCheck extends Check {
  override readonly name: string;
  override readonly needs: readonly string[];
  override readonly timeoutMs = 30_000;
  override readonly fixOfTimeout = 'Look at the status page of the region.';

  constructor(
    private readonly facts: IntegrationFacts,
    private readonly genesys: Reads,
  ) {
    super();
    this.name = `integration ${facts.id}`;
    this.needs = [loginCheckOf(facts.clientId), connectionCheckOf({ name: 'api' })];
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    let integration: Integration;
    try {
      integration = await this.genesys.integration(this.facts.id, signal);
    } catch (error) {
      return [this.unreadable(error)];
    }
    const fault = this.creationFault(integration) ?? this.addressFault(integration);
    return [fault ?? (await this.reachability(integration.webhookUrl ?? '', signal))];
  }

  private unreadable(error: unknown): Finding {
    if (error instanceof UpstreamForbiddenError)
      return warning(
        'the integration cannot be checked: the OAuth client lacks messaging:integration:view (403)',
        'Add messaging:integration:view to a role of the OAuth client (Genesys Cloud Admin, Integrations, OAuth, Roles).',
      );
    if (error instanceof UpstreamRejectedError && error.gone)
      return failure(
        'there is no such integration',
        `Correct the id in GENESYS_OPEN_INTEGRATIONS (${PAGE}); npm run open-messaging -- show lists all.`,
      );
    return failure(`the integration cannot be read: ${reasonOf(error)}`, this.fixOfTimeout);
  }

  private creationFault({ createStatus, createError }: Integration): Finding | undefined {
    if (createStatus === undefined || createStatus === 'Completed') return undefined;
    const reason = createError === undefined ? createStatus : `${createStatus} ${createError}`;
    return failure(
      `the integration is not created: ${reason}`,
      `Create another one with npm run open-messaging -- create, and put it into GENESYS_OPEN_INTEGRATIONS (${PAGE}).`,
    );
  }

  private addressFault({ webhookUrl }: Integration): Finding | undefined {
    const { id, publicUrl } = this.facts;
    const update = `npm run open-messaging -- update --id ${id} --public-url https://HOST`;
    if (webhookUrl === undefined)
      return failure('the integration has no webhook', `${update} sets it (${PAGE}).`);
    if (publicUrl === undefined || webhookUrl === this.genesys.webhookUrl(publicUrl, id)) return undefined;
    return failure(
      `the webhook of the integration leads to ${webhookUrl} and not to PUBLIC_URL`,
      `Correct PUBLIC_URL, or change the webhook: ${update}.`,
    );
  }

  private async reachability(webhookUrl: string, signal: AbortSignal): Promise<Finding> {
    const fix =
      'Check PUBLIC_URL, its ingress and whether the service runs; messages of agents arrive there.';
    try {
      const status = await this.genesys.statusOf(webhookUrl, signal);
      return status < 500
        ? ok(`created, its webhook ${webhookUrl} answers`)
        : warning(`the webhook ${webhookUrl} answers with status ${status}`, fix);
    } catch (error) {
      return warning(`the webhook ${webhookUrl} is not reached from here: ${reasonOf(error)}`, fix);
    }
  }
}
