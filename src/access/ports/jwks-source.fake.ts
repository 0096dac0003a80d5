import { JwksSource } from './jwks-source';

/** A key set that the test provides; an error stands for an unreachable source. */
export class FakeJwksSource extends JwksSource {
  asked = 0;
  answer: unknown = { keys: [] };
  /** While set, answers wait for it. */
  gate: Promise<void> | undefined;

  async fetch(): Promise<unknown> {
    this.asked += 1;
    await this.gate;
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}
