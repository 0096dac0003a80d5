import type { Message } from '../api/schemas';
import { wordsOf } from '../format/figures';

/** The text of a message, with the kind of each structured part in brackets. */
export function messageText({ text, content }: Pick<Message, 'text' | 'content'>): string {
  const parts = content.map(({ type, attachment, choice, card }) => {
    const title = attachment?.filename ?? choice?.text ?? card?.title;
    return `[${wordsOf(type)}${title === undefined ? '' : `: ${title}`}]`;
  });
  return [text, ...parts].filter((part) => part !== undefined && part !== '').join('\n');
}
