const IMAGE_URL = 'https://images.example/norway.jpg';

const CARD = {
  title: '50% off flights to Norway',
  description: 'Valid September to November only',
  image: IMAGE_URL,
  defaultAction: { type: 'Link', url: 'https://shop.example/norway' },
  actions: [
    { type: 'Link', text: 'View details', url: 'https://shop.example/norway' },
    { type: 'Postback', text: 'Book now', payload: 'book-norway' },
  ],
};

const AVAILABLE_TIMES = [
  { dateTime: '2027-01-18T09:00:00.000Z', duration: 1800 },
  { dateTime: '2027-01-18T09:30:00.000Z', duration: 1800 },
];

const LIST_PICKER = {
  id: 'extras',
  sections: [
    {
      title: 'Extras',
      multipleSelection: true,
      items: [
        { id: 'bag', title: 'A bag', subtitle: 'Up to 23 kg', imageUrl: IMAGE_URL },
        { id: 'meal', title: 'A meal', subtitle: 'Vegetarian' },
      ],
    },
  ],
  receivedMessage: { header: 'Your flight', title: 'Choose extras', subtitle: 'As many as you like' },
  replyMessage: { title: 'Extras', subtitle: 'Extras chosen' },
};

const INTRODUCTION = { title: 'Your complaint', subtitle: 'It takes a minute', buttonText: 'Begin' };

const FORM_PAGES = [
  {
    title: 'About you',
    subtitle: 'So that we find your booking',
    pageComponents: [
      {
        formComponentType: 'Input',
        input: {
          id: 'booking',
          title: 'Booking number',
          subtitle: 'On your ticket',
          placeholderText: 'ABC123',
          isRequired: true,
          isMultipleLine: false,
          keyboardType: 'Default',
          autoCompleteType: 'FlightNumber',
        },
      },
      {
        formComponentType: 'DatePicker',
        datePicker: {
          id: 'day',
          title: 'Day of the flight',
          dateMinimum: '2027-01-01T00:00:00.000Z',
          dateMaximum: '2027-12-31T00:00:00.000Z',
          dateDisplayFormat: 'dayMonthYear',
          availableTimes: [],
        },
      },
    ],
  },
  {
    title: 'The matter',
    subtitle: '',
    pageComponents: [
      {
        formComponentType: 'WheelPicker',
        wheelPicker: {
          id: 'matter',
          items: [
            { id: 'late', title: 'Delay', value: 'delay' },
            { id: 'lost', title: 'Lost bag' },
          ],
        },
      },
      { formComponentType: 'ListPicker', listPicker: LIST_PICKER },
    ],
  },
];

/** One example of each kind of structured content that guests receive, with Genesys Cloud's fields and nesting. */
const EXAMPLES = {
  QuickReply: [
    { quickReply: { id: 'yes', text: 'Yes', payload: 'yes', image: IMAGE_URL, action: 'Message' } },
    { quickReply: { text: 'No', payload: 'no', action: 'Message', summaryText: 'Declined' } },
  ],
  QuickReplyV2: [
    {
      quickReplyV2: {
        title: 'Would you like to book?',
        actions: [
          { text: 'Yes', payload: 'yes', action: 'Message' },
          { text: 'No', payload: 'no', action: 'Message' },
        ],
      },
    },
  ],
  Attachment: [
    {
      attachment: {
        id: '8e03978e-40d5-43e8-bc93-6894a57f9324',
        mediaType: 'Image',
        url: IMAGE_URL,
        mime: 'image/jpeg',
        filename: 'norway.jpg',
        fileSize: 24_242,
        sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        text: 'A fjord',
      },
    },
  ],
  Card: [{ card: CARD }],
  Carousel: [{ carousel: { cards: [CARD, { title: 'Sweden', actions: [] }] } }],
  DatePicker: [
    {
      datePicker: {
        title: 'Choose a time',
        subtitle: 'We call you back',
        imageUrl: IMAGE_URL,
        dateMinimum: '2027-01-18T00:00:00.000Z',
        dateMaximum: '2027-01-19T00:00:00.000Z',
        availableTimes: AVAILABLE_TIMES,
      },
    },
  ],
  ListPicker: [{ listPicker: LIST_PICKER }],
  Form: [
    {
      form: {
        introduction: INTRODUCTION,
        formPages: FORM_PAGES,
        cannedResponseId: '5f0c7a52-6b0e-4d0f-8c11-b8f0ac9b1f5e',
        showSummary: true,
        receivedMessage: { title: 'A form for you', subtitle: 'Please fill it in' },
        replyMessage: { title: 'Form sent' },
      },
    },
  ],
} satisfies Record<string, readonly object[]>;

export type OfferedContent = keyof typeof EXAMPLES;

export const OFFERED_CONTENT = Object.keys(EXAMPLES) as readonly OfferedContent[];

/** Makes the `content` of a message with this offer. */
export function exampleOf(contentType: OfferedContent): readonly unknown[] {
  return EXAMPLES[contentType].map((fields) => ({ contentType, ...structuredClone(fields) }));
}
