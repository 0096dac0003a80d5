import { InvalidRequestError } from '../../common/errors/invalid-request.errors';
import { assertSendable } from './sendable-message';

type MessageContent = Parameters<typeof assertSendable>[0];
type ChoiceType = 'Button' | 'DatePicker' | 'ListPicker' | 'QuickReply';

function choices(...types: ChoiceType[]): MessageContent {
  return { buttonResponses: types.map((type) => ({ type, text: 'a', payload: 'b' })) };
}

const FORM: MessageContent = { formResponse: { cannedResponseId: 'c', answers: [] } };
const LINK: MessageContent = { originatingMessageId: 'm-1' };

function pointersOf(content: MessageContent): readonly string[] {
  try {
    assertSendable(content);
    return [];
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.errors.map(({ pointer }) => pointer);
    throw error;
  }
}

describe(assertSendable.name, () => {
  it.each<MessageContent>([
    { text: 'a' },
    { attachmentIds: ['a'] },
    { attachments: [{ url: 'https://files.example/a', mime: 'image/png' }] },
    choices('QuickReply'),
    choices('Button', 'Button'),
    { ...choices('DatePicker'), ...LINK },
    { ...choices('ListPicker', 'ListPicker'), ...LINK },
    { ...FORM, ...LINK },
  ])('lets pass what can be linked: %j', (content) => {
    expect(pointersOf(content)).toEqual([]);
  });

  it.each<[MessageContent, string[]]>([
    [LINK, ['#/text']],
    [{ buttonResponses: [], attachmentIds: [], attachments: [] }, ['#/text']],
    [choices('DatePicker'), ['#/originatingMessageId']],
    [{ text: 'a', ...choices('ListPicker') }, ['#/originatingMessageId']],
    [FORM, ['#/originatingMessageId']],
    [{ ...choices('QuickReply', 'Button') }, ['#/buttonResponses']],
    [{ ...FORM, ...LINK, ...choices('Button') }, ['#/formResponse']],
    [{ ...choices('Button', 'ListPicker') }, ['#/buttonResponses', '#/originatingMessageId']],
  ])('refuses what says nothing or cannot be linked: %j', (content, pointers) => {
    expect(pointersOf(content)).toEqual(pointers);
  });
});
