import type { World } from '../world';
import type { GuestSessionsClient } from './demo-client';
import { until } from './until';

/** An event that a receiver has not accepted for so long is given up. */
const GIVEN_UP_AFTER_MS = 72 * 3_600_000;

/** Sessions that the console has to show once the play is over: some that live, and one with an event that the CRM never took. */
export class ConsoleScene {
  constructor(
    private readonly world: World,
    private readonly client: GuestSessionsClient,
  ) {}

  async prepare(): Promise<void> {
    await this.openWithDeadDelivery('Frank');
    await this.open('Dora');
    await this.open('Emil');
  }

  /** Spares the three days that it takes until an event is given up, by making the event older until then. */
  private async openWithDeadDelivery(name: string): Promise<void> {
    const { crm } = this.world;
    const fault = crm.faults.add({ match: { method: 'POST' }, fault: { kind: 'status', status: 422 } });
    const conversationId = await this.open(name);
    await until('the CRM has refused an event', () =>
      crm.requests.find().some(({ status }) => status === 422),
    );
    await this.world.ageDeliveriesOf(conversationId, GIVEN_UP_AFTER_MS);
    await until('the event was given up', () => this.isDead(conversationId));
    await this.world.ageDeliveriesOf(conversationId, -GIVEN_UP_AFTER_MS);
    crm.faults.remove(fault);
  }

  private async isDead(conversationId: string): Promise<boolean> {
    const params = { query: { status: 'dead', conversationId } } as const;
    const { data } = await this.client.api.GET('/v1/deliveries', { params });
    return data.items.length > 0;
  }

  private async open(name: string): Promise<string> {
    const { conversationId } = await this.client.openSession({
      channel: 'conversations-messaging',
      queueId: 'support',
      name,
      durationLimit: 2_700,
    });
    return conversationId;
  }
}
