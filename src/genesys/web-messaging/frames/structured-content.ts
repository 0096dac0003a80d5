import type {
  Card,
  CardAction,
  QuickReplyV2,
  StructuredContent,
} from '../../../session/domain/structured-content';
import { choiceOf } from './choice';
import { type Fields, fieldsIn, isFields, omitUndefined } from '../../fields';
import { formOf, formResponseOf } from './form-content';
import { listIn, shownTextIn, unlessEmpty } from './part-readers';
import { datePickerOf, listPickerOf } from './picker-content';

type Reader = (content: Fields) => StructuredContent | undefined;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['Card', cardContentOf],
  ['Carousel', carouselContentOf],
  ['DatePicker', datePickerContentOf],
  ['ListPicker', listPickerContentOf],
  ['Form', formContentOf],
  ['QuickReplyV2', quickReplyV2ContentOf],
]);

/**
 * Reads content that offers a choice or a form, or a completed form. Undefined for an unknown type, and for content without
 * a required part; unreadable optional parts are left out, and so are parts beyond the bounds of lists and texts.
 */
export function structuredContentOf(contentType: string, content: Fields): StructuredContent | undefined {
  return READERS.get(contentType)?.(content);
}

function cardContentOf(content: Fields): StructuredContent | undefined {
  const card = cardOf(fieldsIn(content, 'card'));
  return card && { type: 'card', card };
}

function carouselContentOf(content: Fields): StructuredContent | undefined {
  const cards = listIn(fieldsIn(content, 'carousel'), 'cards', cardOf);
  return cards.length === 0 ? undefined : { type: 'carousel', carousel: { cards } };
}

function datePickerContentOf({ datePicker }: Fields): StructuredContent | undefined {
  return isFields(datePicker) ? { type: 'date-picker', datePicker: datePickerOf(datePicker) } : undefined;
}

function listPickerContentOf(content: Fields): StructuredContent | undefined {
  const listPicker = listPickerOf(fieldsIn(content, 'listPicker'));
  return listPicker && { type: 'list-picker', listPicker };
}

function formContentOf(content: Fields): StructuredContent | undefined {
  const fields = fieldsIn(content, 'form');
  const form = formOf(fields);
  if (form !== undefined) return { type: 'form', form };
  const formResponse = formResponseOf(fields);
  return formResponse && { type: 'form-response', formResponse };
}

function quickReplyV2ContentOf(content: Fields): StructuredContent | undefined {
  const fields = fieldsIn(content, 'quickReplyV2');
  const title = shownTextIn(fields, 'title');
  const actions = listIn(fields, 'actions', (action) => unlessEmpty(choiceOf(action)));
  if (title === undefined || actions.length === 0) return undefined;
  const quickReplyV2: QuickReplyV2 = { title, actions };
  return { type: 'quick-reply-v2', quickReplyV2 };
}

function cardOf(fields: Fields): Card | undefined {
  const title = shownTextIn(fields, 'title');
  if (title === undefined) return undefined;
  return {
    title,
    ...omitUndefined({
      description: shownTextIn(fields, 'description'),
      image: shownTextIn(fields, 'image'),
      video: shownTextIn(fields, 'video'),
      defaultAction: cardActionOf(fieldsIn(fields, 'defaultAction')),
    }),
    actions: listIn(fields, 'actions', cardActionOf),
  };
}

function cardActionOf(fields: Fields): CardAction | undefined {
  return unlessEmpty(
    omitUndefined({
      type: shownTextIn(fields, 'type'),
      text: shownTextIn(fields, 'text'),
      url: shownTextIn(fields, 'url'),
      payload: shownTextIn(fields, 'payload'),
    }),
  );
}
