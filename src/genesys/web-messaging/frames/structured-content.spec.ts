import { conversationMessageOf } from '../conversation/conversation-message';
import { guestMessageOf } from './guest-message';
import { structuredContentOf } from './structured-content';

/** Returns the content of a message as callers see it. */
function told(...content: object[]): unknown {
  return conversationMessageOf(guestMessageOf({ type: 'Structured', id: 'm', content }))?.content;
}

const CARD = {
  title: '50% off',
  description: 'Until November',
  image: 'https://images.example/1.jpg',
  video: 'https://videos.example/1.mp4',
  defaultAction: { type: 'Link', url: 'https://shop.example' },
  actions: [
    { type: 'Link', text: 'Details', url: 'https://shop.example' },
    { type: 'Postback', text: 'Book now', payload: 'I want it' },
  ],
};
const LIST_PICKER = {
  id: 'extras',
  sections: [
    {
      title: 'Extras',
      multipleSelection: true,
      items: [{ id: 'bag', title: 'A bag', subtitle: '23 kg', imageUrl: 'https://images.example/bag.jpg' }],
    },
  ],
  receivedMessage: {
    header: 'h',
    title: 't',
    subtitle: 's',
    buttonLabel: 'b',
    imageUrl: 'https://i.example',
  },
  replyMessage: { subtitle: 'Chosen' },
};
const TIMES = [{ dateTime: '2027-01-18T09:00:00.000Z', duration: 1800 }];
const DATES = { dateMinimum: '2027-01-01T00:00:00.000Z', dateMaximum: '2027-12-31T00:00:00.000Z' };
const COMPONENTS = [
  {
    formComponentType: 'Input',
    input: { id: 'i', title: 'Name', isRequired: true, isMultipleLine: false, keyboardType: 'Default' },
  },
  {
    formComponentType: 'DatePicker',
    datePicker: { id: 'd', ...DATES, dateDisplayFormat: 'dayMonthYear', location: { latitude: 1.5 } },
  },
  { formComponentType: 'ListPicker', listPicker: LIST_PICKER },
  {
    formComponentType: 'WheelPicker',
    wheelPicker: { id: 'w', items: [{ id: 'a', title: 'A', value: '1' }] },
  },
  { formComponentType: 'Slider', slider: { id: 's' } },
];
const FORM = {
  introduction: { title: 'A form', subtitle: 's', imageUrl: 'https://i.example', buttonText: 'Begin' },
  formPages: [{ title: 'One', subtitle: 'of one', pageComponents: COMPONENTS }],
  cannedResponseId: 'canned-1',
  showSummary: true,
  receivedMessage: { title: 'For you' },
  replyMessage: { title: 'Sent' },
};

describe(structuredContentOf.name, () => {
  it.each<[string, object, object]>([
    ['a card', { contentType: 'Card', card: CARD }, { type: 'card', card: CARD }],
    [
      'a carousel',
      { contentType: 'Carousel', carousel: { cards: [CARD, { title: 'Bare' }] } },
      { type: 'carousel', carousel: { cards: [CARD, { title: 'Bare', actions: [] }] } },
    ],
    [
      'a date picker',
      { contentType: 'DatePicker', datePicker: { title: 'When?', ...DATES, availableTimes: TIMES } },
      {
        type: 'date-picker',
        datePicker: {
          title: 'When?',
          ...DATES,
          availableTimes: [{ dateTime: '2027-01-18T09:00:00.000Z', durationSeconds: 1800 }],
        },
      },
    ],
    [
      'a list picker',
      { contentType: 'ListPicker', listPicker: LIST_PICKER },
      { type: 'list-picker', listPicker: LIST_PICKER },
    ],
    [
      'quick replies under a title',
      {
        contentType: 'QuickReplyV2',
        quickReplyV2: { title: 'Sure?', actions: [{ text: 'Yes', payload: 'y', action: 'Message' }] },
      },
      {
        type: 'quick-reply-v2',
        quickReplyV2: { title: 'Sure?', actions: [{ text: 'Yes', payload: 'y', action: 'Message' }] },
      },
    ],
    [
      'a quick reply with an image and an id',
      {
        contentType: 'QuickReply',
        quickReply: { id: 'q', text: 'Yes', payload: 'y', image: 'https://i.example', summaryText: 'Ok' },
      },
      {
        type: 'quick-reply',
        choice: { id: 'q', text: 'Yes', payload: 'y', image: 'https://i.example', summaryText: 'Ok' },
      },
    ],
    [
      'a choice that names its question',
      {
        contentType: 'ButtonResponse',
        buttonResponse: { type: 'ListPicker', text: 'A bag', payload: 'bag', originatingMessageId: 'q-1' },
      },
      {
        type: 'button-response',
        choice: { type: 'ListPicker', text: 'A bag', payload: 'bag', originatingMessageId: 'q-1' },
      },
    ],
    [
      'an attachment with a caption and a digest',
      { contentType: 'Attachment', attachment: { id: 'a', text: 'A fjord', sha256: 'e3b0' } },
      { type: 'attachment', attachment: { id: 'a', text: 'A fjord', sha256: 'e3b0' } },
    ],
    [
      'the answers to a form',
      {
        contentType: 'Form',
        form: {
          originatingMessageId: 'q-1',
          cannedResponseId: 'canned-1',
          response: [
            {
              id: 'i',
              component: {
                contentType: 'ButtonResponse',
                buttonResponse: { type: 'Form', text: 'Ada', payload: 'Ada' },
              },
            },
          ],
        },
      },
      {
        type: 'form-response',
        formResponse: {
          originatingMessageId: 'q-1',
          cannedResponseId: 'canned-1',
          answers: [{ id: 'i', text: 'Ada', payload: 'Ada' }],
        },
      },
    ],
  ])('reads %s', (_what, content, expected) => {
    expect(told(content)).toEqual([expected]);
  });

  it('reads a form with each of its components, an unknown one as it was sent', () => {
    expect(told({ contentType: 'Form', form: FORM })).toEqual([
      {
        type: 'form',
        form: {
          ...FORM,
          formPages: [
            {
              title: 'One',
              subtitle: 'of one',
              pageComponents: [
                { type: 'input', input: COMPONENTS[0]?.input },
                { type: 'date-picker', datePicker: { ...COMPONENTS[1]?.datePicker, availableTimes: [] } },
                { type: 'list-picker', listPicker: LIST_PICKER },
                { type: 'wheel-picker', wheelPicker: COMPONENTS[3]?.wheelPicker },
                { type: 'other', value: COMPONENTS[4] },
              ],
            },
          ],
        },
      },
    ]);
  });

  it.each<[string, object]>([
    ['GenericTemplate', { generic: { title: 'x' } }],
    ['Card', { card: { description: 'without a title' } }],
    ['Card', { card: 'a text' }],
    ['Carousel', { carousel: { cards: [{}] } }],
    ['DatePicker', {}],
    ['ListPicker', { listPicker: { sections: [{ items: [{ title: 'without an id' }] }] } }],
    ['Form', { form: { ...FORM, cannedResponseId: undefined } }],
    ['Form', { form: { ...FORM, formPages: {} } }],
    ['Form', { form: { response: [] } }],
    ['QuickReplyV2', { quickReplyV2: { title: 'x', actions: [] } }],
  ])('leaves unreadable content unchanged: %s %j', (contentType, rest) => {
    const content = { contentType, ...rest };

    expect(told(content)).toEqual([{ type: 'other', contentType, value: content }]);
  });

  it('leaves out the optional parts that it cannot read', () => {
    const items = [{ id: 'a', title: 7, subtitle: 'x'.repeat(4_097) }, { id: 8 }, 'b'];
    const picker = { sections: [{ items, title: null }, { title: 'empty' }, 9], replyMessage: { title: 1 } };
    const card = { title: 'x', image: {}, defaultAction: [], actions: [{}, null, { text: 'Go', url: 3 }] };
    const dates = { dateMinimum: 'soon', availableTimes: [{ dateTime: 'x' }, { ...TIMES[0], duration: -1 }] };

    expect(
      told(
        { contentType: 'ListPicker', listPicker: picker },
        { contentType: 'Card', card },
        { contentType: 'DatePicker', datePicker: dates },
      ),
    ).toEqual([
      { type: 'list-picker', listPicker: { sections: [{ multipleSelection: false, items: [{ id: 'a' }] }] } },
      { type: 'card', card: { title: 'x', actions: [{ text: 'Go' }] } },
      { type: 'date-picker', datePicker: { availableTimes: [{ dateTime: TIMES[0]?.dateTime }] } },
    ]);
  });

  it('reads the first 200 entries of a list', () => {
    const cards = Array.from({ length: 201 }, (_, at) => ({ title: `${at}` }));

    expect(structuredContentOf('Carousel', { carousel: { cards } })).toMatchObject({
      carousel: { cards: cards.slice(0, 200) },
    });
  });
});
