import { Frame } from './guest-client.fake';
import { ServedGuest } from './served-guest.fake';
import { OFFERED_CONTENT, type OfferedContent } from './structured-content';

const served = ServedGuest.forEachTest();

/** Offers this content to the guest and returns the id that the answer has to name. */
async function offered(contentType: OfferedContent): Promise<string> {
  const { body } = await served.call('POST', '/_sim/agent/offer', '', { token: 'guest-1', contentType });
  await served.guest.next();
  return String(body['id']);
}

function answer(content: object, more: object = {}): Promise<Frame> {
  return served.guest.ask('onMessage', { message: { type: 'Structured', content: [content], ...more } });
}

const choice = (type: string, more: object = {}): object => ({
  contentType: 'ButtonResponse',
  buttonResponse: { type, text: 'A bag', payload: 'bag', ...more },
});
const form = (fields: object): object => ({
  contentType: 'Form',
  form: {
    cannedResponseId: '5f0c7a52-6b0e-4d0f-8c11-b8f0ac9b1f5e',
    response: [{ id: 'booking', component: choice('Form') }],
    ...fields,
  },
});

describe('structured content', () => {
  it.each(OFFERED_CONTENT)('is offered by an agent: %s', async (contentType) => {
    await served.call('POST', '/_sim/agent/offer', '', { token: 'guest-1', contentType });
    const { body } = await served.guest.next();

    expect(body['type']).toBe(contentType === 'Attachment' ? 'Text' : 'Structured');
    expect(body['content']).toContainEqual(expect.objectContaining({ contentType }));
  });

  it('is not offered when the kind is unknown', async () => {
    const asked = { token: 'guest-1', contentType: 'Poll' };

    expect(await served.call('POST', '/_sim/agent/offer', '', asked)).toMatchObject({ status: 404 });
  });
});

describe('an answer', () => {
  it.each(['Button', 'QuickReply'])('needs no original message when it is a %s', async (type) => {
    expect(await answer(choice(type))).toMatchObject({ class: 'StructuredMessage', code: 200 });
  });

  it.each<'DatePicker' | 'ListPicker'>(['DatePicker', 'ListPicker'])(
    'to a %s names it in the choice or in the metadata',
    async (type) => {
      const id = await offered(type);

      expect(await answer(choice(type, { originatingMessageId: id }))).toMatchObject({ code: 200 });
      expect(await answer(choice(type), { metadata: { parentMessageId: id } })).toMatchObject({ code: 200 });
    },
  );

  it('to a form names the form and its canned response', async () => {
    const originatingMessageId = await offered('Form');

    expect(await answer(form({ originatingMessageId }))).toMatchObject({
      code: 200,
      body: { content: [form({ originatingMessageId })] },
    });
  });

  it.each<[string, (ids: { picker: string; form: string }) => object, number]>([
    ['without the picker', () => choice('ListPicker'), 4020],
    ['to an unknown picker', () => choice('ListPicker', { originatingMessageId: 'x' }), 400],
    ['to another picker', ({ picker }) => choice('DatePicker', { originatingMessageId: picker }), 400],
    ['without a payload', () => choice('Button', { payload: undefined }), 4020],
    ['of no known type', () => choice('Poll'), 400],
    ['of a form as a choice', ({ form: id }) => choice('Form', { originatingMessageId: id }), 400],
    ['without the form', () => form({}), 4020],
    [
      'without the canned response',
      ({ form: id }) => form({ originatingMessageId: id, cannedResponseId: '' }),
      4020,
    ],
    [
      'with another canned response',
      ({ form: id }) => form({ originatingMessageId: id, cannedResponseId: 'x' }),
      400,
    ],
    ['to a picker as a form', ({ picker }) => form({ originatingMessageId: picker }), 400],
    ['without answers', ({ form: id }) => form({ originatingMessageId: id, response: undefined }), 400],
    [
      'with an answer of no component',
      ({ form: id }) => form({ originatingMessageId: id, response: [{ component: choice('Form') }] }),
      400,
    ],
    ['of a kind that guests do not send', () => ({ contentType: 'Card', card: { title: 'A' } }), 400],
  ])('is refused %s', async (_, content, code) => {
    const ids = { picker: await offered('ListPicker'), form: await offered('Form') };

    expect(await answer(content(ids))).toMatchObject({ class: 'string', code });
  });
});
