import { readFileSync } from 'node:fs';
import { type Environment, isOAuthClientList, type OAuthClient } from './environment';

/**
 * The OAuth clients of Genesys Cloud. Which ones there are is fixed at the start; their secrets may be rotated in the
 * file they came from, which is read again whenever a secret is asked for. A file that cannot be read, or does not
 * hold what it should, leaves the last known secrets in force.
 */
export class OAuthClients {
  private readonly secrets: Map<string, string>;

  constructor(private readonly environment: Environment) {
    this.secrets = new Map(clientsOf(environment).map(({ id, secret }) => [id, secret]));
  }

  get ids(): string[] {
    return [...this.secrets.keys()];
  }

  /** Throws for an id that is not one of `ids`. */
  secretOf(id: string): string {
    this.readAgain();
    const secret = this.secrets.get(id);
    if (secret === undefined) throw new Error('There is no such OAuth client');
    return secret;
  }

  private readAgain(): void {
    for (const { id, secret } of this.clientsInFile()) {
      if (!this.secrets.has(id) || secret === '') continue;
      this.secrets.set(id, secret);
      this.environment.secrets.add(secret);
    }
  }

  private clientsInFile(): readonly OAuthClient[] {
    const { GENESYS_CLIENT_SECRET: secretFile, GENESYS_CLIENTS: clientsFile } = this.environment.files;
    try {
      if (secretFile !== undefined) {
        return [{ id: this.environment.GENESYS_CLIENT_ID, secret: readFileSync(secretFile, 'utf8').trim() }];
      }
      const list: unknown = clientsFile === undefined ? [] : JSON.parse(readFileSync(clientsFile, 'utf8'));
      return isOAuthClientList(list) ? list : [];
    } catch {
      // In the middle of a rotation the file may be away or half written; the next asking reads it again.
      return [];
    }
  }
}

function clientsOf(environment: Environment): readonly OAuthClient[] {
  const { GENESYS_CLIENT_ID: id, GENESYS_CLIENT_SECRET: secret, GENESYS_CLIENTS: clients } = environment;
  return clients ?? [{ id, secret }];
}
