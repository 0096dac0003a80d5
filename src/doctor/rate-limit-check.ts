import type { GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import { Check } from './check';
import { failure, type Finding, ok, skipped, warning } from './finding';
import { connectionCheckOf } from './hosts';
import { loginCheckOf } from './login-check';
import { reasonOf } from './upstream-reason';

/** A read that needs no permission; its answer has the headers of the rate limit, whatever its status. */
const PATH = 'organizations/limits/namespaces/platform.api';
/** Share of the window above which other applications use the client. */
const BUSY_SHARE = 0.5;

/** The rate limit that the platform reports to an OAuth client, against `GENESYS_REQUESTS_PER_MINUTE`. */
export class RateLimitCheck extends Check {
  override readonly name: string;
  override readonly needs: readonly string[];
  override readonly fixOfTimeout = 'Look at the status page of the region.';

  constructor(
    private readonly clientId: string,
    private readonly configured: number,
    private readonly genesys: Pick<GenesysDiagnostics, 'read'>,
  ) {
    super();
    this.name = `rate limit ${clientId}`;
    this.needs = [loginCheckOf(clientId), connectionCheckOf({ name: 'api' })];
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    try {
      const { allowed, count = 0 } = await this.genesys.read(PATH, this.clientId, signal);
      return allowed === undefined
        ? [skipped('the platform reports no limit (inin-ratelimit-allowed)')]
        : [this.findingOf(allowed, count)];
    } catch (error) {
      return [failure(`no answer of the API: ${reasonOf(error)}`, this.fixOfTimeout)];
    }
  }

  private findingOf(allowed: number, count: number): Finding {
    const { configured } = this;
    if (configured > allowed)
      return warning(
        `the platform allows ${allowed} requests a minute, fewer than the ${configured} of the settings`,
        `Set GENESYS_REQUESTS_PER_MINUTE=${allowed}; more clients in GENESYS_CLIENTS add to the budget.`,
      );
    if (count > allowed * BUSY_SHARE)
      return warning(
        `${count} of ${allowed} requests of this minute are used: another application uses the client, or the service runs`,
        'Give the service an OAuth client of its own in GENESYS_CLIENT_ID or GENESYS_CLIENTS.',
      );
    return ok(`the platform allows ${allowed} requests a minute; the settings use ${configured}`);
  }
}
