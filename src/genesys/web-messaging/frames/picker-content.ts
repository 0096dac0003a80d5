import type {
  AvailableTime,
  DatePicker,
  ListPicker,
  ListPickerItem,
  ListPickerSection,
  PickerLocation,
  PickerMessage,
  WheelPicker,
  WheelPickerItem,
} from '../../../session/domain/structured-content';
import { type Fields, fieldsIn, flagIn, omitUndefined, numberIn, timeIn, wholeNumberIn } from '../../fields';
import { listIn, shownTextIn, unlessEmpty } from './part-readers';

/** A date picker. It may have no times: a form offers any day between two dates. */
export function datePickerOf(fields: Fields): DatePicker {
  return {
    ...omitUndefined({
      id: shownTextIn(fields, 'id'),
      title: shownTextIn(fields, 'title'),
      subtitle: shownTextIn(fields, 'subtitle'),
      imageUrl: shownTextIn(fields, 'imageUrl'),
      dateMinimum: momentIn(fields, 'dateMinimum'),
      dateMaximum: momentIn(fields, 'dateMaximum'),
      dateDisplayFormat: shownTextIn(fields, 'dateDisplayFormat'),
      location: locationOf(fieldsIn(fields, 'location')),
    }),
    availableTimes: listIn(fields, 'availableTimes', availableTimeOf),
  };
}

/** A list picker; undefined without an item to choose. */
export function listPickerOf(fields: Fields): ListPicker | undefined {
  const sections = listIn(fields, 'sections', sectionOf);
  if (sections.length === 0) return undefined;
  return {
    ...omitUndefined({
      id: shownTextIn(fields, 'id'),
      receivedMessage: pickerMessageIn(fields, 'receivedMessage'),
      replyMessage: pickerMessageIn(fields, 'replyMessage'),
    }),
    sections,
  };
}

/** A wheel picker; undefined without an item to choose. */
export function wheelPickerOf(fields: Fields): WheelPicker | undefined {
  const items = listIn(fields, 'items', wheelPickerItemOf);
  return items.length === 0 ? undefined : { ...omitUndefined({ id: shownTextIn(fields, 'id') }), items };
}

export function pickerMessageIn(fields: Fields, name: string): PickerMessage | undefined {
  const message = fieldsIn(fields, name);
  return unlessEmpty(
    omitUndefined({
      header: shownTextIn(message, 'header'),
      title: shownTextIn(message, 'title'),
      subtitle: shownTextIn(message, 'subtitle'),
      buttonLabel: shownTextIn(message, 'buttonLabel'),
      imageUrl: shownTextIn(message, 'imageUrl'),
    }),
  );
}

/** A valid time, unchanged, because an answer may repeat it. */
function momentIn(fields: Fields, name: string): string | undefined {
  return timeIn(fields, name) === undefined ? undefined : shownTextIn(fields, name);
}

function availableTimeOf(fields: Fields): AvailableTime | undefined {
  const dateTime = momentIn(fields, 'dateTime');
  return dateTime === undefined
    ? undefined
    : { dateTime, ...omitUndefined({ durationSeconds: wholeNumberIn(fields, 'duration') }) };
}

function locationOf(fields: Fields): PickerLocation | undefined {
  return unlessEmpty(
    omitUndefined({
      url: shownTextIn(fields, 'url'),
      address: shownTextIn(fields, 'address'),
      text: shownTextIn(fields, 'text'),
      latitude: numberIn(fields, 'latitude'),
      longitude: numberIn(fields, 'longitude'),
    }),
  );
}

function sectionOf(fields: Fields): ListPickerSection | undefined {
  const items = listIn(fields, 'items', itemOf);
  if (items.length === 0) return undefined;
  const multipleSelection = flagIn(fields, 'multipleSelection');
  return { ...omitUndefined({ title: shownTextIn(fields, 'title') }), multipleSelection, items };
}

function itemOf(fields: Fields): ListPickerItem | undefined {
  const id = shownTextIn(fields, 'id');
  if (id === undefined) return undefined;
  return {
    id,
    ...omitUndefined({
      title: shownTextIn(fields, 'title'),
      subtitle: shownTextIn(fields, 'subtitle'),
      imageUrl: shownTextIn(fields, 'imageUrl'),
    }),
  };
}

function wheelPickerItemOf(fields: Fields): WheelPickerItem | undefined {
  const id = shownTextIn(fields, 'id');
  if (id === undefined) return undefined;
  return {
    id,
    ...omitUndefined({ title: shownTextIn(fields, 'title'), value: shownTextIn(fields, 'value') }),
  };
}
