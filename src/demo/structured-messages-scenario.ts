import type { Message } from '@genesys-guest-sessions/client';
import type { World } from '../world';
import type { GuestSessionsClient } from './demo-client';

import type { Narrator } from './narrator';

export type { Message };

const PICKER = 'Which extras would you like?';
const FORM = 'Please tell us about your booking.';

/** An agent offers a picker and a form, and the guest answers them with the data that the service returns. */
export class StructuredMessagesScenario {
  /** All texts of this part. */
  static readonly TEXTS: readonly string[] = [PICKER, 'Extras chosen', FORM, 'Form sent'];

  constructor(
    private readonly world: World,
    private readonly client: GuestSessionsClient,
    private readonly narrator: Narrator,
  ) {}

  /** `heard` resolves with the message of this text once a stream delivers it. */
  async ask(guest: string, id: string, heard: (text: string) => Promise<Message>): Promise<void> {
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

  private async choose(id: string, { id: originatingMessageId, content }: Message): Promise<void> {
    const picker = content.find(({ type }) => type === 'list-picker')?.listPicker;
    const items = picker?.sections.flatMap((section) => section.items) ?? [];
    const buttonResponses = items.map((item) => ({
      type: 'ListPicker' as const,
      text: item.title ?? '',
      payload: item.id,
    }));
    const text = picker?.replyMessage?.subtitle ?? '';
    await this.client.sendMessage(id, { text, buttonResponses, originatingMessageId });
    this.narrator.say('caller', `answers it: ${items.map(({ title }) => title).join(', ')}`);
  }

  private async fillIn(id: string, { id: originatingMessageId, content }: Message): Promise<void> {
    const form = content.find(({ type }) => type === 'form')?.form;
    const answers = [
      { id: 'booking', text: 'ABC123', payload: 'ABC123' },
      { id: 'day', text: '18/01/2027', payload: '2027-01-18T00:00:00.000Z' },
      { id: 'matter', text: 'Delay', payload: 'late' },
      { id: 'extras', text: '', payload: '' },
    ];
    const formResponse = { cannedResponseId: form?.cannedResponseId ?? '', answers };
    const text = form?.replyMessage?.title ?? '';
    await this.client.sendMessage(id, { text, formResponse, originatingMessageId });
    this.narrator.say('caller', 'fills in the form and sends it');
  }
}
