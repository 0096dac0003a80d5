import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { MessageChoice } from '../../session/domain/message-choice';
import {
  type AvailableTime,
  type Card,
  type CardAction,
  type Carousel,
  type DatePicker,
  type ListPicker,
  type ListPickerItem,
  type ListPickerSection,
  type PickerLocation,
  type PickerMessage,
  type QuickReplyV2,
} from '../../session/domain/structured-content';

const IMAGE_URL = 'https://images.example/norway.jpg';

/** A button that was offered, or that was chosen. */
export class MessageChoiceResponse implements MessageChoice {
  @ApiPropertyOptional({ type: String, example: 'yes' })
  id?: string;

  @ApiPropertyOptional({ type: String, example: 'Yes' })
  text?: string;

  @ApiPropertyOptional({ type: String, example: 'yes' })
  payload?: string;

  /** URL of an image. */
  @ApiPropertyOptional({ type: String, example: 'https://images.example/yes.png' })
  image?: string;

  @ApiPropertyOptional({ type: String, example: 'Message' })
  action?: string;

  @ApiPropertyOptional({ type: String, example: 'QuickReply' })
  type?: string;

  /** Short form of a quick reply. */
  @ApiPropertyOptional({ type: String, example: 'Accepted' })
  summaryText?: string;

  /** Id of the message that a choice answers. */
  @ApiPropertyOptional({ type: String, example: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' })
  originatingMessageId?: string;
}

/** A button of a card. A postback is answered with a button response of the type `Button`, a link is not answered. */
export class CardActionResponse implements CardAction {
  /** `Link` or `Postback`. */
  @ApiPropertyOptional({ type: String, example: 'Postback' })
  type?: string;

  @ApiPropertyOptional({ type: String, example: 'Book now' })
  text?: string;

  /** Target of a link. */
  @ApiPropertyOptional({ type: String, example: 'https://shop.example/norway' })
  url?: string;

  /** Payload of a postback. */
  @ApiPropertyOptional({ type: String, example: 'book-norway' })
  payload?: string;
}

export class CardResponse implements Card {
  @ApiProperty({ type: String, example: '50% off flights to Norway' })
  title: string = '';

  @ApiPropertyOptional({ type: String, example: 'Valid September to November only' })
  description?: string;

  /** URL of an image. */
  @ApiPropertyOptional({ type: String, example: IMAGE_URL })
  image?: string;

  /** URL of a video. */
  @ApiPropertyOptional({ type: String, example: 'https://videos.example/norway.mp4' })
  video?: string;

  /** Action of the card as a whole. */
  @ApiPropertyOptional({ type: CardActionResponse })
  defaultAction?: CardActionResponse;

  @ApiProperty({ type: [CardActionResponse] })
  actions: readonly CardActionResponse[] = [];
}

export class CarouselResponse implements Carousel {
  @ApiProperty({ type: [CardResponse] })
  cards: readonly CardResponse[] = [];
}

export class AvailableTimeResponse implements AvailableTime {
  /** The payload of the answer that chooses it. */
  @ApiProperty({ type: String, example: '2027-01-18T09:00:00.000Z' })
  dateTime: string = '';

  @ApiPropertyOptional({ type: 'integer', example: 1800 })
  durationSeconds?: number;
}

export class PickerLocationResponse implements PickerLocation {
  @ApiPropertyOptional({ type: String, example: 'https://maps.example/office' })
  url?: string;

  @ApiPropertyOptional({ type: String, example: '1 High Street' })
  address?: string;

  @ApiPropertyOptional({ type: String, example: 'Our office' })
  text?: string;

  @ApiPropertyOptional({ type: Number, example: 59.91 })
  latitude?: number;

  @ApiPropertyOptional({ type: Number, example: 10.75 })
  longitude?: number;
}

/** Answered with a button response of the type `DatePicker`; in a form, with a day between the two dates. */
export class DatePickerResponse implements DatePicker {
  /** Id of this component within a form. */
  @ApiPropertyOptional({ type: String, example: 'day' })
  id?: string;

  @ApiPropertyOptional({ type: String, example: 'Choose a time' })
  title?: string;

  @ApiPropertyOptional({ type: String, example: 'We call you back' })
  subtitle?: string;

  @ApiPropertyOptional({ type: String, example: IMAGE_URL })
  imageUrl?: string;

  @ApiPropertyOptional({ type: String, example: '2027-01-18T00:00:00.000Z' })
  dateMinimum?: string;

  @ApiPropertyOptional({ type: String, example: '2027-01-19T00:00:00.000Z' })
  dateMaximum?: string;

  @ApiPropertyOptional({ type: String, example: 'dayMonthYear' })
  dateDisplayFormat?: string;

  @ApiPropertyOptional({ type: PickerLocationResponse })
  location?: PickerLocationResponse;

  @ApiProperty({ type: [AvailableTimeResponse] })
  availableTimes: readonly AvailableTimeResponse[] = [];
}

/** Shown in place of a picker or a form: before the answer, or afterwards. */
export class PickerMessageResponse implements PickerMessage {
  @ApiPropertyOptional({ type: String, example: 'Your flight' })
  header?: string;

  @ApiPropertyOptional({ type: String, example: 'Choose extras' })
  title?: string;

  @ApiPropertyOptional({ type: String, example: 'As many as you like' })
  subtitle?: string;

  @ApiPropertyOptional({ type: String, example: 'Choose' })
  buttonLabel?: string;

  @ApiPropertyOptional({ type: String, example: IMAGE_URL })
  imageUrl?: string;
}

export class ListPickerItemResponse implements ListPickerItem {
  /** The payload of the answer that chooses it. */
  @ApiProperty({ type: String, example: 'bag' })
  id: string = '';

  /** The text of the answer that chooses it. */
  @ApiPropertyOptional({ type: String, example: 'A bag' })
  title?: string;

  @ApiPropertyOptional({ type: String, example: 'Up to 23 kg' })
  subtitle?: string;

  @ApiPropertyOptional({ type: String, example: IMAGE_URL })
  imageUrl?: string;
}

export class ListPickerSectionResponse implements ListPickerSection {
  @ApiPropertyOptional({ type: String, example: 'Extras' })
  title?: string;

  /** True if more than one item of the section may be chosen. */
  @ApiProperty({ type: Boolean, example: true })
  multipleSelection: boolean = false;

  @ApiProperty({ type: [ListPickerItemResponse] })
  items: readonly ListPickerItemResponse[] = [];
}

/** Answered with one button response of the type `ListPicker` for each chosen item. */
export class ListPickerResponse implements ListPicker {
  /** Id of this component within a form. */
  @ApiPropertyOptional({ type: String, example: 'extras' })
  id?: string;

  @ApiProperty({ type: [ListPickerSectionResponse] })
  sections: readonly ListPickerSectionResponse[] = [];

  @ApiPropertyOptional({ type: PickerMessageResponse })
  receivedMessage?: PickerMessageResponse;

  /** Its subtitle is the text of the answer. */
  @ApiPropertyOptional({ type: PickerMessageResponse })
  replyMessage?: PickerMessageResponse;
}

/** Quick replies under a title. */
export class QuickReplyV2Response implements QuickReplyV2 {
  @ApiProperty({ type: String, example: 'Would you like to book?' })
  title: string = '';

  @ApiProperty({ type: [MessageChoiceResponse] })
  actions: readonly MessageChoiceResponse[] = [];
}
