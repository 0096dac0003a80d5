import {
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamThrottledError,
  UpstreamUnauthorizedError,
} from '../common/errors/upstream.errors';
import type { GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import { Check } from './check';
import type { ClientSettings } from './client-settings';
import { failure, type Finding, ok, warning } from './finding';
import { connectionCheckOf, type Host } from './hosts';
import { reasonOf } from './upstream-reason';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const PAGE = 'Genesys Cloud Admin, Integrations, OAuth';

/** The name of the check that requests a token for an OAuth client. */
export function loginCheckOf(clientId: string): string {
  return `login ${clientId}`;
}

/** Requests an access token for an OAuth client. */
export class LoginCheck extends Check {
  override readonly name: string;
  override readonly needs = [connectionCheckOf({ name: 'login' })];
  override readonly fixOfTimeout = 'Look at the status page of the region.';

  constructor(
    private readonly clientId: string,
    private readonly host: Host,
    private readonly settings: ClientSettings,
    private readonly genesys: Pick<GenesysDiagnostics, 'signIn'>,
  ) {
    super();
    this.name = loginCheckOf(clientId);
  }

  override async run(): Promise<readonly Finding[]> {
    try {
      await this.genesys.signIn(this.clientId);
      return [ok('access token issued')];
    } catch (error) {
      return [this.findingOf(error)];
    }
  }

  private findingOf(error: unknown): Finding {
    const { host, setting } = { host: this.host.url.host, setting: this.host.setting };
    if (error instanceof UpstreamUnauthorizedError) return this.refused(host, setting);
    if (error instanceof UpstreamThrottledError)
      return warning(`${host} allows no more logins at the moment`, 'Try again in a minute.');
    const isNoLogin =
      error instanceof UpstreamRejectedError ||
      error instanceof UpstreamForbiddenError ||
      error instanceof UpstreamInvalidResponseError;
    if (isNoLogin)
      return failure(
        `${host} is no login of Genesys Cloud (${reasonOf(error)})`,
        `Correct ${setting}: the login is https://login. and the region, such as mypurecloud.de.`,
      );
    return failure(`no token: ${reasonOf(error)}`, 'Look at the status page of the region, and try again.');
  }

  /** The platform gives the same answer to a wrong id, a wrong secret and a client of another region. */
  private refused(host: string, setting: string): Finding {
    const { id, secret } = this.settings;
    const { clientId } = this;
    if (!UUID.test(clientId))
      return failure(
        `${host} does not accept the client, and its id is none of Genesys Cloud's, which are UUIDs`,
        `Copy the client id into ${id} (${PAGE}), then its secret into ${secret}.`,
      );
    return failure(
      `${host} does not accept the client: its id or secret is wrong, or it belongs to another region`,
      `Compare ${id} with ${PAGE}: if it is not there, correct ${id} or ${setting}; if it is, put a current secret into ${secret}. The grant type must be Client Credentials.`,
    );
  }
}
