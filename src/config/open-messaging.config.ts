import type { Environment } from './environment';
import { isOpenIntegrationList, type OpenIntegration } from './open-integration-list';
import { ReloadingFile } from './reloading-file';

/** The Open Messaging integrations. The set of integrations is fixed at the start; secrets in a file follow it. */
export class OpenMessagingConfig {
  /** Opening message of a session whose request has none; undefined if each request has to have one. */
  readonly defaultText: string | undefined;
  /**
   * The address that has to be in a network of Genesys Cloud: that of the connection (`direct`), the one that a proxy has seen
   * (`forwarded`), or none.
   */
  readonly source: 'any' | 'direct' | 'forwarded';
  /** Time limit of a request to Genesys Cloud, in milliseconds. */
  readonly timeoutMs: number;
  private readonly secrets: Map<string, readonly string[]>;
  private readonly file: ReloadingFile<readonly OpenIntegration[]>;

  constructor(private readonly environment: Environment) {
    this.defaultText = environment.GENESYS_OPEN_DEFAULT_TEXT;
    this.source = environment.GENESYS_OPEN_SOURCE;
    this.timeoutMs = environment.UPSTREAM_TIMEOUT_MS;
    const integrations = environment.GENESYS_OPEN_INTEGRATIONS ?? [];
    this.secrets = new Map(integrations.map(({ id, secrets }) => [id, secrets]));
    this.file = ReloadingFile.of(environment, 'GENESYS_OPEN_INTEGRATIONS', listIn, (list) => {
      this.take(list);
    });
  }

  /** Ids of the integrations in the order of the setting; the first one is the default. */
  get integrationIds(): string[] {
    return [...this.secrets.keys()];
  }

  /** The secrets of an integration; undefined if there is no such integration. */
  secretsOf(integrationId: string): readonly string[] | undefined {
    this.file.follow();
    return this.secrets.get(integrationId);
  }

  private take(integrations: readonly OpenIntegration[]): void {
    for (const { id, secrets } of integrations) {
      if (!this.secrets.has(id)) continue;
      this.secrets.set(id, secrets);
      for (const secret of secrets) this.environment.secrets.add(secret);
    }
  }
}

function listIn(text: string): readonly OpenIntegration[] | undefined {
  const value: unknown = JSON.parse(text);
  return isOpenIntegrationList(value) ? value : undefined;
}
