import type { GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import { Check } from './check';
import { failure, type Finding, ok, skipped, warning } from './finding';
import { connectionCheckOf } from './hosts';
import { reasonOf } from './upstream-reason';

const WARNING_MS = 5_000;
const FAILURE_MS = 60_000;
/** `Date` is written in whole seconds. */
const HALF_RESOLUTION_MS = 500;
const FIX = 'Synchronize the clock of this machine (NTP, chrony); containers have the clock of their node.';

/**
 * The clock of this machine against the header `Date` of the login host. Signatures of webhooks and expiries of tokens
 * depend on it.
 */
export class ClockCheck extends Check {
  override readonly name = 'clock';
  override readonly needs = [connectionCheckOf({ name: 'login' })];
  override readonly fixOfTimeout = 'Look at the status page of the region.';

  constructor(
    private readonly genesys: Pick<GenesysDiagnostics, 'loginDate'>,
    private readonly now: () => number = Date.now,
  ) {
    super();
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    const startedAt = this.now();
    let date: string | undefined;
    try {
      date = await this.genesys.loginDate(signal);
    } catch (error) {
      return [skipped(`no answer to compare with: ${reasonOf(error)}`)];
    }
    const theirs = Date.parse(date ?? '');
    if (Number.isNaN(theirs)) return [skipped('the login host states no time')];
    const middle = (startedAt + this.now()) / 2;
    return [findingOf(middle - (theirs + HALF_RESOLUTION_MS))];
  }
}

function findingOf(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  const message = `the clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the login host`;
  if (Math.abs(skewMs) > FAILURE_MS) return failure(message, FIX);
  return Math.abs(skewMs) > WARNING_MS ? warning(message, FIX) : ok('the clock agrees with the login host');
}
