import type { Environment } from './environment';
import { ReloadingFile } from './reloading-file';
import { isOAuthClientList, type OAuthClient } from './oauth-client-list';

type Clients = readonly OAuthClient[];

/** The OAuth clients of Genesys Cloud. The set of clients is fixed at the start; secrets in a file follow it. */
export class OAuthClients {
  private readonly secrets: Map<string, string>;
  private readonly file: ReloadingFile<Clients>;

  constructor(private readonly environment: Environment) {
    this.secrets = new Map(clientsOf(environment).map(({ id, secret }) => [id, secret]));
    this.file = this.fileOf(environment);
  }

  get ids(): string[] {
    return [...this.secrets.keys()];
  }

  /** Throws for an id that is not one of `ids`. */
  secretOf(id: string): string {
    this.file.follow();
    const secret = this.secrets.get(id);
    if (secret === undefined) throw new Error('There is no such OAuth client');
    return secret;
  }

  private fileOf(environment: Environment): ReloadingFile<Clients> {
    const { files, GENESYS_CLIENT_ID: id } = environment;
    const secretIn = (text: string): Clients | undefined => listOrNothing([{ id, secret: text }]);
    const take = (clients: Clients): void => {
      this.take(clients);
    };
    return files['GENESYS_CLIENT_SECRET'] === undefined
      ? ReloadingFile.of(environment, 'GENESYS_CLIENTS', (text) => listOrNothing(JSON.parse(text)), take)
      : ReloadingFile.of(environment, 'GENESYS_CLIENT_SECRET', secretIn, take);
  }

  private take(clients: Clients): void {
    for (const { id, secret } of clients) {
      if (!this.secrets.has(id)) continue;
      this.secrets.set(id, secret);
      this.environment.secrets.add(secret);
    }
  }
}

function listOrNothing(value: unknown): Clients | undefined {
  return isOAuthClientList(value) ? value : undefined;
}

function clientsOf(environment: Environment): Clients {
  const { GENESYS_CLIENT_ID: id, GENESYS_CLIENT_SECRET: secret, GENESYS_CLIENTS: clients } = environment;
  return clients ?? [{ id, secret }];
}
