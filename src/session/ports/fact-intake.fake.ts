import type { PlatformFact } from '../domain/platform-fact';
import { FactIntake, type FactOutcome, type ReportedConversation } from './fact-intake';

/** Records the facts that it takes, with scripted outcomes in order, and `recorded` after those. */
export class FakeFactIntake extends FactIntake {
  readonly taken: { readonly conversation: ReportedConversation; readonly facts: readonly PlatformFact[] }[] =
    [];
  private readonly outcomes: (() => FactOutcome)[] = [];

  next(...outcomes: readonly (FactOutcome | Error)[]): void {
    for (const outcome of outcomes)
      this.outcomes.push(() => {
        if (outcome instanceof Error) throw outcome;
        return outcome;
      });
  }

  take(conversation: ReportedConversation, facts: readonly PlatformFact[]): Promise<FactOutcome> {
    this.taken.push({ conversation, facts });
    return Promise.resolve().then(this.outcomes.shift() ?? (() => 'recorded'));
  }
}
