import { type Credentials, GuestCredentials } from './guest-credentials';

/** Credentials in memory. */
export class FakeGuestCredentials extends GuestCredentials {
  readonly kept = new Map<string, Credentials>();
  /** Errors of the next calls. */
  readonly failures: Error[] = [];

  async keep(conversationId: string, credentials: Credentials | undefined): Promise<void> {
    await this.begin();
    if (credentials === undefined) this.kept.delete(conversationId);
    else this.kept.set(conversationId, credentials);
  }

  async find(conversationId: string): Promise<Credentials | undefined> {
    await this.begin();
    return this.kept.get(conversationId);
  }

  private async begin(): Promise<void> {
    await Promise.resolve();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}
