import { ClientFrames } from './client-frame';

const frames = new ClientFrames('guest-1');

/** A frame as the server reads it. */
function onTheWire(frame: object): unknown {
  return JSON.parse(JSON.stringify(frame));
}

describe(ClientFrames.name, () => {
  it('configures a session', () => {
    expect(onTheWire(frames.configureSession('t', { deploymentId: 'dep-1', startNew: false }))).toEqual({
      token: 'guest-1',
      deploymentId: 'dep-1',
      startNew: false,
      tracingId: 't',
      action: 'configureSession',
    });
  });

  it.each([
    [
      { customerId: 'c-1', sessionId: 's-1', sessionType: 'app' as const },
      { customer: { id: 'c-1', idType: 'cookie' }, customerSession: { id: 's-1', type: 'app' } },
    ],
    [{ customerId: 'c-1' }, { customer: { id: 'c-1', idType: 'cookie' } }],
    [
      { customerId: 'c-1', sessionId: 's-1' },
      { customer: { id: 'c-1', idType: 'cookie' }, customerSession: { id: 's-1', type: 'web' } },
    ],
    [{ sessionId: 's-1' }, undefined],
    [{}, undefined],
  ])(
    'tells the journey of the guest with %j, unless the guest is authenticated',
    (journey, journeyContext) => {
      const told = new ClientFrames('guest-1', journey);
      const request = { deploymentId: 'dep-1', startNew: false };

      expect(told.configureSession('t', request)['journeyContext']).toEqual(journeyContext);
      expect(told.configureSession('t', { ...request, authCode: 'signed' })).not.toHaveProperty(
        'journeyContext',
      );
    },
  );

  it('configures a session of an authenticated guest with the code of the exchange', () => {
    const request = { deploymentId: 'dep-1', startNew: false, authCode: 'signed' };

    expect(onTheWire(frames.configureSession('t', request))).toEqual({
      token: 'guest-1',
      deploymentId: 'dep-1',
      startNew: false,
      data: { code: 'signed' },
      tracingId: 't',
      action: 'configureAuthenticatedSession',
    });
  });

  it('has the token of the guest in no other field than the token', () => {
    const session = { deploymentId: 'dep-1', startNew: true };
    const journey = { customerId: 'c-1', sessionId: 's-1' };
    const file = { attachmentId: 'a', fileName: 'f', fileType: 't', fileSize: 1 };
    const all = [
      frames.configureSession('t', session),
      new ClientFrames('guest-1', journey).configureSession('t', session),
      frames.configureSession('t', { ...session, authCode: 'signed' }),
      frames.message('t', { text: 'x', customAttributes: { a: 'b' }, attachmentIds: ['a'] }),
      frames.typing('t'),
      frames.join('t', { a: 'b' }),
      frames.clear('t'),
      frames.echo(),
      frames.getJwt('t'),
      frames.closeSession('t'),
      frames.announceFile('t', file),
      frames.getAttachment('t', 'a'),
      frames.deleteAttachment('t', 'a'),
      frames.getConfiguration('t', 'dep-1'),
    ];

    for (const { token, ...rest } of all) {
      expect(token).toBe('guest-1');
      expect(JSON.stringify(rest)).not.toContain('guest-1');
    }
  });

  it('builds a text with custom attributes, identified by its id', () => {
    const message = { text: 'Hello world', customAttributes: { A: 'B' } };

    expect(onTheWire(frames.message('aaa-bbb', message))).toEqual({
      token: 'guest-1',
      message: {
        text: 'Hello world',
        metadata: { id: 'aaa-bbb' },
        channel: { metadata: { customAttributes: { A: 'B' } } },
        type: 'Text',
      },
      tracingId: 'aaa-bbb',
      action: 'onMessage',
    });
  });

  it.each([
    [
      'an uploaded file with a text',
      { text: 'look', attachmentIds: ['abcd-1234'] },
      {
        text: 'look',
        content: [{ contentType: 'Attachment', attachment: { id: 'abcd-1234' } }],
        type: 'Text',
      },
    ],
    [
      'an uploaded file alone, without a text',
      { attachmentIds: ['abcd-1234'] },
      { content: [{ contentType: 'Attachment', attachment: { id: 'abcd-1234' } }], type: 'Text' },
    ],
    [
      'a quick reply',
      { text: 'Yes', buttons: [{ type: 'QuickReply', text: 'Yes', payload: 'yes_p' } as const] },
      {
        text: 'Yes',
        content: [
          {
            contentType: 'ButtonResponse',
            buttonResponse: { text: 'Yes', payload: 'yes_p', type: 'QuickReply' },
          },
        ],
        type: 'Text',
      },
    ],
    [
      'a button of a card',
      { text: 'Buy', buttons: [{ type: 'Button', text: 'Buy', payload: 'buy_p' } as const] },
      {
        text: 'Buy',
        content: [
          {
            contentType: 'ButtonResponse',
            buttonResponse: { text: 'Buy', payload: 'buy_p', type: 'Button' },
          },
        ],
        type: 'Structured',
      },
    ],
  ])('builds %s', (_what, message, expected) => {
    expect(onTheWire(frames.message('t', message))).toEqual({
      token: 'guest-1',
      message: { ...expected, metadata: { id: 't' } },
      tracingId: 't',
      action: 'onMessage',
    });
  });

  it.each(['DatePicker', 'ListPicker'] as const)(
    'answers a %s with both references to the question',
    (type) => {
      const payload = '2027-01-15T08:00:00.000Z';
      const message = {
        originatingMessageId: 'question',
        buttons: [{ type, text: 'Friday', payload }],
      };

      expect(onTheWire(frames.message('t', message))).toMatchObject({
        message: {
          type: 'Structured',
          metadata: { id: 't', parentMessageId: 'question' },
          content: [{ buttonResponse: { text: 'Friday', payload, type, originatingMessageId: 'question' } }],
        },
      });
    },
  );

  it.each(['Button', 'QuickReply'] as const)('answers with a %s without a parent message', (type) => {
    const message = { originatingMessageId: 'question', buttons: [{ type, text: 'Yes', payload: 'y' }] };

    expect(onTheWire(frames.message('t', message))).toMatchObject({
      message: { content: [{ buttonResponse: { originatingMessageId: 'question' } }], metadata: { id: 't' } },
    });
    expect(JSON.stringify(frames.message('t', message))).not.toContain('parentMessageId');
  });

  it('answers a form with the reference in the form alone', () => {
    const answers = [
      { id: 'name', text: 'Ada', payload: 'Ada' },
      { id: 'extras', text: '', payload: '' },
    ];
    const message = {
      text: 'Sent',
      originatingMessageId: 'question',
      form: { cannedResponseId: 'canned-1', answers },
    };
    const component = (text: string): object => ({
      contentType: 'ButtonResponse',
      buttonResponse: { type: 'Form', text, payload: text },
    });

    expect(onTheWire(frames.message('t', message))).toMatchObject({
      message: {
        type: 'Structured',
        text: 'Sent',
        metadata: { id: 't' },
        content: [
          {
            contentType: 'Form',
            form: {
              originatingMessageId: 'question',
              cannedResponseId: 'canned-1',
              response: [
                { id: 'name', component: component('Ada') },
                { id: 'extras', component: component('') },
              ],
            },
          },
        ],
      },
    });
    expect(JSON.stringify(frames.message('t', message))).not.toContain('parentMessageId');
  });

  it.each([
    ['typing', frames.typing('t'), { eventType: 'Typing', typing: { type: 'On' } }],
    ['joining', frames.join('t'), { eventType: 'Presence', presence: { type: 'Join' } }],
    ['clearing', frames.clear('t'), { eventType: 'Presence', presence: { type: 'Clear' } }],
  ])('builds an event for %s', (_what, frame, event) => {
    expect(onTheWire(frame)).toEqual({
      token: 'guest-1',
      message: { events: [event], type: 'Event' },
      tracingId: 't',
      action: 'onMessage',
    });
  });

  it('may join with custom attributes', () => {
    expect(onTheWire(frames.join('t', { A: 'B' }))).toMatchObject({
      message: { channel: { metadata: { customAttributes: { A: 'B' } } } },
    });
  });

  it('checks the health of the session with an echo under one tracing id', () => {
    expect(onTheWire(frames.echo())).toEqual({
      token: 'guest-1',
      tracingId: 'SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=',
      action: 'echo',
      message: { text: 'ping', type: 'Text' },
    });
  });

  it('announces a file', () => {
    const file = { attachmentId: 'a', fileName: 'a.png', fileType: 'image/png', fileSize: 10 };

    expect(onTheWire(frames.announceFile('t', file))).toEqual({
      token: 'guest-1',
      ...file,
      errorsAsJson: true,
      tracingId: 't',
      action: 'onAttachment',
    });
  });

  it.each([
    [frames.getJwt('t'), { action: 'getJwt' }],
    [frames.closeSession('t'), { action: 'closeSession', closeAllConnections: true }],
    [frames.getAttachment('t', 'a'), { action: 'getAttachment', attachmentId: 'a' }],
    [frames.deleteAttachment('t', 'a'), { action: 'deleteAttachment', attachmentId: 'a' }],
    [frames.getConfiguration('t', 'dep-1'), { action: 'getConfiguration', deploymentId: 'dep-1' }],
  ])('requests with the necessary fields only: %j', (frame, expected) => {
    expect(onTheWire(frame)).toEqual({ token: 'guest-1', tracingId: 't', ...expected });
  });
});
