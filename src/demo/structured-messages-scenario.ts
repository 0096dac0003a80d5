import { randomUUID } from 'node:crypto';
import type { World } from '../world';
import type { DemoApi } from './demo-api';
import type { Narrator } from './narrator';

const PICKER = 'Which extras would you like?';
const FORM = 'Please tell us about your booking.';

/** A message as the service returns it, with the facts needed to answer it. */
export interface Offered {
  readonly id: string;
  readonly text: string;
  readonly content: readonly {
    readonly type: string;
    readonly listPicker?: {
      readonly sections: readonly {
        readonly items: readonly { readonly id: string; readonly title: string }[];
      }[];
      readonly replyMessage: { readonly subtitle: string };
    };
    readonly form?: { readonly cannedResponseId: string; readonly replyMessage: { readonly title: string } };
  }[];
}

/** An agent offers a picker and a form, and the guest answers them with the data that the service returns. */
export class StructuredMessagesScenario {
  /** All texts of this part. */
  static readonly TEXTS: readonly string[] = [PICKER, 'Extras chosen', FORM, 'Form sent'];

  constructor(
    private readonly world: World,
    private readonly api: DemoApi,
    private readonly narrator: Narrator,
  ) {}

  /** `heard` resolves with the message of this text once a stream delivers it. */
  async ask(guest: string, id: string, heard: (text: string) => Promise<Offered>): Promise<void> {
    const { agent } = this.world.genesys.webMessaging;
    this.narrator.say('agent', `offers a list picker: "${PICKER}"`);
    agent.offer(guest, 'ListPicker', PICKER);
    const picker = await heard(PICKER);
    await this.choose(id, picker);
    await heard('Extras chosen');
    this.narrator.say('agent', `sends a form: "${FORM}"`);
    agent.offer(guest, 'Form', FORM);
    await this.fillIn(id, await heard(FORM));
    await heard('Form sent');
  }

  private async choose(id: string, { id: originatingMessageId, content }: Offered): Promise<void> {
    const picker = content.find(({ type }) => type === 'list-picker')?.listPicker;
    const items = picker?.sections.flatMap((section) => section.items) ?? [];
    const buttonResponses = items.map((item) => ({
      type: 'ListPicker',
      text: item.title,
      payload: item.id,
    }));
    const text = picker?.replyMessage.subtitle;
    await this.send(id, { text, buttonResponses, originatingMessageId });
    this.narrator.say('caller', `answers it: ${items.map(({ title }) => title).join(', ')}`);
  }

  private async fillIn(id: string, { id: originatingMessageId, content }: Offered): Promise<void> {
    const form = content.find(({ type }) => type === 'form')?.form;
    const answers = [
      { id: 'booking', text: 'ABC123', payload: 'ABC123' },
      { id: 'day', text: '18/01/2027', payload: '2027-01-18T00:00:00.000Z' },
      { id: 'matter', text: 'Delay', payload: 'late' },
      { id: 'extras', text: '', payload: '' },
    ];
    const formResponse = { cannedResponseId: form?.cannedResponseId, answers };
    await this.send(id, { text: form?.replyMessage.title, formResponse, originatingMessageId });
    this.narrator.say('caller', 'fills in the form and sends it');
  }

  private async send(id: string, body: object): Promise<void> {
    const key = { 'idempotency-key': randomUUID() };
    await this.api.call('POST', `sessions/${id}/messages`, body, key);
  }
}
