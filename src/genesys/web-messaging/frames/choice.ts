import type { MessageChoice } from '../../../session/domain/message-choice';
import { type Fields, idIn, omitUndefined } from '../../fields';
import { shownTextIn } from './part-readers';

/** An offered or chosen button, with its readable parts. */
export function choiceOf(fields: Fields): MessageChoice {
  const text = (name: string): string | undefined => shownTextIn(fields, name);
  return omitUndefined({
    id: text('id'),
    text: text('text'),
    payload: text('payload'),
    image: text('image'),
    action: text('action'),
    type: text('type'),
    summaryText: text('summaryText'),
    originatingMessageId: idIn(fields, 'originatingMessageId'),
  });
}
