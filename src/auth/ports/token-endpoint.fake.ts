import { AccessToken } from '../domain/access-token';
import { TokenEndpoint } from './token-endpoint';

type Step = () => Promise<AccessToken>;

/**
 * Issues numbered tokens, valid for `lifetimeSeconds`, unless the test scripts its next responses. It records the
 * client ids of the requests.
 */
export class FakeTokenEndpoint extends TokenEndpoint {
  readonly requests: string[] = [];
  lifetimeSeconds = 3_600;
  private readonly steps: Step[] = [];

  next(...steps: readonly Step[]): void {
    this.steps.push(...steps);
  }

  async requestToken(clientId: string): Promise<AccessToken> {
    this.requests.push(clientId);
    const value = `token-${this.requests.length}-of-${clientId}`;
    const issue = (): AccessToken => AccessToken.issued(value, this.lifetimeSeconds, Date.now());
    await Promise.resolve();
    return (this.steps.shift() ?? issue)();
  }
}
