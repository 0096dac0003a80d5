import { SessionWebhooks } from './session-webhooks';

/** Accepts every URL until a test gives it a refusal. */
export class FakeSessionWebhooks extends SessionWebhooks {
  readonly checked: (readonly [url: string, owner: string])[] = [];
  refusal: Error | undefined;

  check(url: string, owner: string): Promise<void> {
    this.checked.push([url, owner]);
    return this.refusal === undefined ? Promise.resolve() : Promise.reject(this.refusal);
  }
}
