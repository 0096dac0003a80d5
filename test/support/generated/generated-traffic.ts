import type { RawAnswer } from '../raw-http';
import { AnswerCheck } from './answer-check';
import { AnswerMemory } from './answer-memory';
import { AnswerTally } from './answer-tally';
import type { ApiDescription } from './api-description';
import { type GeneratedRequest, shortened, shown } from './generated-request';
import type { WireClient } from './wire-client';

/** Sends requests, compares every answer with the description, counts it and stores its values. */
export class GeneratedTraffic {
  readonly memory = new AnswerMemory();
  readonly tally: AnswerTally;
  private readonly check: AnswerCheck;

  /** No answer may contain any of the secrets. */
  constructor(
    readonly description: ApiDescription,
    private readonly client: WireClient,
    secrets: readonly string[],
  ) {
    this.tally = new AnswerTally(description);
    this.check = new AnswerCheck(description, secrets);
  }

  /** Returns the answer; throws an error with request and answer if it deviates from the description. */
  async send(request: GeneratedRequest): Promise<RawAnswer> {
    const [answer] = await this.sendAll([request]);
    if (answer === undefined) throw new Error('Nothing was sent');
    return answer;
  }

  /**
   * Sends all requests concurrently. Values are stored in the order of the requests, so that a run can be repeated.
   */
  async sendAll(requests: readonly GeneratedRequest[]): Promise<RawAnswer[]> {
    const answers = await Promise.all(requests.map((request) => this.answerTo(request)));
    for (const [at, request] of requests.entries()) {
      const answer = answers[at];
      if (answer !== undefined) this.judge(request, answer);
    }
    return answers;
  }

  private async answerTo(request: GeneratedRequest): Promise<RawAnswer> {
    try {
      return await this.client.send(request);
    } catch (error) {
      throw new Error(`No answer to ${shown(request)}`, { cause: error });
    }
  }

  private judge(request: GeneratedRequest, answer: RawAnswer): void {
    const operation = this.description.find(request);
    this.tally.count(operation, answer.status);
    const breaches = this.check.breaches(request, answer);
    if (breaches.length > 0) throw new Error(told(request, answer, breaches));
    if (operation !== undefined) this.memory.learn(operation, request, bodyOf(answer), answer.headers);
  }
}

function told(request: GeneratedRequest, answer: RawAnswer, breaches: readonly string[]): string {
  const { status, headers, body } = answer;
  return `${shown(request)}
was answered with ${status} ${JSON.stringify(headers)}
${shortened(body)}
which is not as described: ${breaches.map((breach) => shortened(breach, 500)).join('; ')}`;
}

/** Returns the JSON of an answer, the first lines of a stream, or undefined for other content. */
function bodyOf({ headers, body }: RawAnswer): unknown {
  const type = headers['content-type'] ?? '';
  if (!type.includes('json') || body === '') return undefined;
  return type.includes('ndjson')
    ? body
        .split('\n', 20)
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line))
    : JSON.parse(body);
}
