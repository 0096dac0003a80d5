import type {
  Form,
  FormAnswer,
  FormComponent,
  FormInput,
  FormIntroduction,
  FormPage,
  FormResponse,
} from '../../../session/domain/structured-content';
import { type Fields, fieldsIn, flagIn, idIn, isFields, omitUndefined } from '../../fields';
import { listIn, shownTextIn, unlessEmpty } from './part-readers';
import { datePickerOf, listPickerOf, pickerMessageIn, wheelPickerOf } from './picker-content';

/** A form; undefined without pages, and without the canned response that an answer has to name. */
export function formOf(fields: Fields): Form | undefined {
  const cannedResponseId = idIn(fields, 'cannedResponseId');
  const formPages = listIn(fields, 'formPages', pageOf);
  if (cannedResponseId === undefined || formPages.length === 0) return undefined;
  return {
    cannedResponseId,
    ...omitUndefined({
      introduction: introductionOf(fieldsIn(fields, 'introduction')),
      receivedMessage: pickerMessageIn(fields, 'receivedMessage'),
      replyMessage: pickerMessageIn(fields, 'replyMessage'),
    }),
    formPages,
    showSummary: flagIn(fields, 'showSummary'),
  };
}

/** The answers to a form, as the guest sends them; undefined when they do not name the form. */
export function formResponseOf(fields: Fields): FormResponse | undefined {
  const originatingMessageId = idIn(fields, 'originatingMessageId');
  if (originatingMessageId === undefined || !Array.isArray(fields['response'])) return undefined;
  return {
    originatingMessageId,
    ...omitUndefined({ cannedResponseId: idIn(fields, 'cannedResponseId') }),
    answers: listIn(fields, 'response', answerOf),
  };
}

function introductionOf(fields: Fields): FormIntroduction | undefined {
  return unlessEmpty(
    omitUndefined({
      title: shownTextIn(fields, 'title'),
      subtitle: shownTextIn(fields, 'subtitle'),
      imageUrl: shownTextIn(fields, 'imageUrl'),
      buttonText: shownTextIn(fields, 'buttonText'),
    }),
  );
}

function pageOf(fields: Fields): FormPage {
  return {
    ...omitUndefined({ title: shownTextIn(fields, 'title'), subtitle: shownTextIn(fields, 'subtitle') }),
    pageComponents: listIn(fields, 'pageComponents', componentOf),
  };
}

function componentOf(fields: Fields): FormComponent {
  const listPicker = listPickerOf(fieldsIn(fields, 'listPicker'));
  const wheelPicker = wheelPickerOf(fieldsIn(fields, 'wheelPicker'));
  switch (fields['formComponentType']) {
    case 'Input':
      if (isFields(fields['input'])) return { type: 'input', input: inputOf(fields['input']) };
      break;
    case 'DatePicker':
      if (isFields(fields['datePicker']))
        return { type: 'date-picker', datePicker: datePickerOf(fields['datePicker']) };
      break;
    case 'ListPicker':
      if (listPicker !== undefined) return { type: 'list-picker', listPicker };
      break;
    case 'WheelPicker':
      if (wheelPicker !== undefined) return { type: 'wheel-picker', wheelPicker };
      break;
  }
  return { type: 'other', value: fields };
}

function inputOf(fields: Fields): FormInput {
  return {
    ...omitUndefined({
      id: shownTextIn(fields, 'id'),
      title: shownTextIn(fields, 'title'),
      subtitle: shownTextIn(fields, 'subtitle'),
      placeholderText: shownTextIn(fields, 'placeholderText'),
    }),
    isRequired: flagIn(fields, 'isRequired'),
    isMultipleLine: flagIn(fields, 'isMultipleLine'),
    ...omitUndefined({
      keyboardType: shownTextIn(fields, 'keyboardType'),
      autoCompleteType: shownTextIn(fields, 'autoCompleteType'),
    }),
  };
}

function answerOf(fields: Fields): FormAnswer | undefined {
  const id = shownTextIn(fields, 'id');
  if (id === undefined) return undefined;
  const value = fieldsIn(fieldsIn(fields, 'component'), 'buttonResponse');
  return {
    id,
    ...omitUndefined({ text: shownTextIn(value, 'text'), payload: shownTextIn(value, 'payload') }),
  };
}
