import { InvalidRequestError } from '../../common/errors/invalid-request.errors';
import { assertSendable } from './sendable-message';

type Asked = Parameters<typeof assertSendable>[0];
type ChoiceType = 'Button' | 'DatePicker' | 'ListPicker' | 'QuickReply';

function choices(...types: ChoiceType[]): Asked {
  return { buttonResponses: types.map((type) => ({ type, text: 'a', payload: 'b' })) };
}

const FORM: Asked = { formResponse: { cannedResponseId: 'c', answers: [] } };
const LINK: Asked = { originatingMessageId: 'm-1' };

function pointersOf(asked: Asked): readonly string[] {
  try {
    assertSendable(asked);
    return [];
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.errors.map(({ pointer }) => pointer);
    throw error;
  }
}

describe(assertSendable.name, () => {
  it.each<Asked>([
    { text: 'a' },
    { attachmentIds: ['a'] },
    choices('QuickReply'),
    choices('Button', 'Button'),
    { ...choices('DatePicker'), ...LINK },
    { ...choices('ListPicker', 'ListPicker'), ...LINK },
    { ...FORM, ...LINK },
  ])('lets pass what can be linked: %j', (asked) => {
    expect(pointersOf(asked)).toEqual([]);
  });

  it.each<[Asked, string[]]>([
    [LINK, ['#/text']],
    [{ buttonResponses: [], attachmentIds: [] }, ['#/text']],
    [choices('DatePicker'), ['#/originatingMessageId']],
    [{ text: 'a', ...choices('ListPicker') }, ['#/originatingMessageId']],
    [FORM, ['#/originatingMessageId']],
    [{ ...choices('QuickReply', 'Button') }, ['#/buttonResponses']],
    [{ ...FORM, ...LINK, ...choices('Button') }, ['#/formResponse']],
    [{ ...choices('Button', 'ListPicker') }, ['#/buttonResponses', '#/originatingMessageId']],
  ])('refuses what says nothing or cannot be linked: %j', (asked, pointers) => {
    expect(pointersOf(asked)).toEqual(pointers);
  });
});
