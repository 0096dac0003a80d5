import fc from 'fast-check';
import type { RawAnswer } from '../raw-http';
import { until } from '../until';
import type { Member } from './fuzz-callers';
import type { GeneratedTraffic } from './generated-traffic';
import { examplePlansFor } from './request-plan';
import type { RequestWriter } from './request-writer';

type Texts = Readonly<Record<string, string>>;

/** The requests of a caller for one webhook, from its registration to its deletion. */
export class WebhookStory {
  constructor(
    private readonly traffic: GeneratedTraffic,
    private readonly writer: RequestWriter,
    private readonly caller: Member = 'supervisor',
  ) {}

  /** Manages a webhook and its deliveries; the receiver has to accept events. Returns the answers. */
  async run(receiverUrl: string): Promise<readonly RawAnswer[]> {
    const created = await this.send('webhooksCreate', {}, { url: receiverUrl });
    const webhookId = fieldIn(created, 'id');
    const of = { webhookId };
    const verified = await this.send('webhooksTest', of);
    const session = await this.send('sessionOpen', {}, { queueId: 'support' });
    const eventId = await this.deliveredTo(webhookId);
    const conversationId = fieldIn(session, 'conversationId');
    const steps = [
      () => this.send('webhooksList'),
      () => this.send('webhooksGet', of),
      () => this.send('webhooksUpdate', of, { description: 'Orders' }),
      () => this.send('webhooksRotateSecret', of, { overlapSeconds: 60 }),
      () => this.send('webhooksPause', of),
      () => this.send('webhooksResume', of),
      () => this.send('webhookDeliveriesGet', { ...of, eventId }),
      () => this.send('webhookDeliveriesRetry', { ...of, eventId }),
      () => this.send('webhookDeliveriesReplay', of, { conversationId }),
      () => this.send('webhooksDelete', of),
    ];
    const answers = [created, verified, session];
    for (const step of steps) answers.push(await step());
    return answers;
  }

  /** Registers webhooks until one is refused, and returns that answer. */
  async fill(url: string, max: number): Promise<RawAnswer | undefined> {
    for (let count = 0; count <= max; count += 1) {
      const answer = await this.send('webhooksCreate', {}, { url });
      if (answer.status !== 201) return answer;
    }
    return undefined;
  }

  /** Deletes every webhook that the caller may manage. */
  async clear(): Promise<void> {
    const { body } = await this.send('webhooksList', { limit: '200' });
    const { items } = JSON.parse(body) as { items: readonly { id: string }[] };
    for (const { id } of items) await this.send('webhooksDelete', { webhookId: id });
  }

  private async deliveredTo(webhookId: string): Promise<string> {
    let items: readonly { id: string }[] = [];
    await until(async () => {
      const { body } = await this.send('webhookDeliveriesList', { webhookId, status: 'delivered' });
      ({ items } = JSON.parse(body) as { items: readonly { id: string }[] });
      return items.length > 0;
    });
    return items[0]?.id ?? '';
  }

  private send(id: string, texts: Texts = {}, body?: object): Promise<RawAnswer> {
    const operation = this.traffic.description.operation(id);
    const [plan] = fc.sample(examplePlansFor(operation), 1);
    if (plan === undefined) throw new Error(`There is no plan for ${id}`);
    const said = Object.entries(texts).map(([name, say]) => [name, { say }] as const);
    const values = { ...plan.values, ...Object.fromEntries(said) };
    const role = { kind: 'member', name: this.caller } as const;
    return this.traffic.send(this.writer.write(operation, { ...plan, role, values, body }));
  }
}

function fieldIn({ body }: RawAnswer, name: string): string {
  return String((JSON.parse(body) as Record<string, unknown>)[name]);
}
