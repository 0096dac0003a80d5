import { messageText } from './message-text';

describe(messageText, () => {
  it('shows the text, and structured parts with their title', () => {
    const content = [
      { type: 'attachment' as const, attachment: { id: 'a', filename: 'order.pdf' } },
      { type: 'quick-reply' as const, choice: { text: 'Yes' } },
      { type: 'carousel' as const },
    ];

    expect(messageText({ text: 'Hello', content })).toBe(
      'Hello\n[attachment: order.pdf]\n[quick reply: Yes]\n[carousel]',
    );
    expect(messageText({ text: '', content: [] })).toBe('');
  });
});
