import type { MessageChoice } from './message-choice';

/** A button of a card: a link to open, or a postback that is sent back as a choice of the type `Button`. */
export interface CardAction {
  /** `Link` or `Postback`. */
  readonly type?: string;
  readonly text?: string;
  readonly url?: string;
  readonly payload?: string;
}

export interface Card {
  readonly title: string;
  readonly description?: string;
  readonly image?: string;
  readonly video?: string;
  readonly defaultAction?: CardAction;
  readonly actions: readonly CardAction[];
}

export interface Carousel {
  readonly cards: readonly Card[];
}

/** A time that a guest may choose; `dateTime` is unchanged, because it is returned as the payload of the choice. */
export interface AvailableTime {
  readonly dateTime: string;
  readonly durationSeconds?: number;
}

export interface PickerLocation {
  readonly url?: string;
  readonly address?: string;
  readonly text?: string;
  readonly latitude?: number;
  readonly longitude?: number;
}

export interface DatePicker {
  /** Id of this component within a form. */
  readonly id?: string;
  readonly title?: string;
  readonly subtitle?: string;
  readonly imageUrl?: string;
  readonly dateMinimum?: string;
  readonly dateMaximum?: string;
  readonly dateDisplayFormat?: string;
  readonly location?: PickerLocation;
  readonly availableTimes: readonly AvailableTime[];
}

/** Shown in place of a picker or a form: before the answer, or afterwards. */
export interface PickerMessage {
  readonly header?: string;
  readonly title?: string;
  readonly subtitle?: string;
  readonly buttonLabel?: string;
  readonly imageUrl?: string;
}

/** `id` is the payload of the choice, `title` its text. */
export interface ListPickerItem {
  readonly id: string;
  readonly title?: string;
  readonly subtitle?: string;
  readonly imageUrl?: string;
}

export interface ListPickerSection {
  readonly title?: string;
  readonly multipleSelection: boolean;
  readonly items: readonly ListPickerItem[];
}

export interface ListPicker {
  /** Id of this component within a form. */
  readonly id?: string;
  readonly sections: readonly ListPickerSection[];
  readonly receivedMessage?: PickerMessage;
  /** Its subtitle is the text of the answer. */
  readonly replyMessage?: PickerMessage;
}

export interface WheelPickerItem {
  readonly id: string;
  readonly title?: string;
  readonly value?: string;
}

export interface WheelPicker {
  readonly id?: string;
  readonly items: readonly WheelPickerItem[];
}

export interface FormInput {
  readonly id?: string;
  readonly title?: string;
  readonly subtitle?: string;
  readonly placeholderText?: string;
  readonly isRequired: boolean;
  readonly isMultipleLine: boolean;
  readonly keyboardType?: string;
  readonly autoCompleteType?: string;
}

export const FORM_COMPONENT_TYPES = ['input', 'date-picker', 'list-picker', 'wheel-picker', 'other'] as const;

/** A field of a form; its type names its part. `value` is an unknown component as the upstream sent it. */
export interface FormComponent {
  readonly type: (typeof FORM_COMPONENT_TYPES)[number];
  readonly input?: FormInput;
  readonly datePicker?: DatePicker;
  readonly listPicker?: ListPicker;
  readonly wheelPicker?: WheelPicker;
  readonly value?: Readonly<Record<string, unknown>>;
}

export interface FormPage {
  readonly title?: string;
  readonly subtitle?: string;
  readonly pageComponents: readonly FormComponent[];
}

export interface FormIntroduction {
  readonly title?: string;
  readonly subtitle?: string;
  readonly imageUrl?: string;
  readonly buttonText?: string;
}

export interface Form {
  /** Returned with the answers. */
  readonly cannedResponseId: string;
  readonly introduction?: FormIntroduction;
  readonly formPages: readonly FormPage[];
  readonly showSummary: boolean;
  readonly receivedMessage?: PickerMessage;
  /** Its title is the text of the answer. */
  readonly replyMessage?: PickerMessage;
}

/** The value of a component; several with the id of a list picker are several choices. */
export interface FormAnswer {
  readonly id: string;
  readonly text?: string;
  readonly payload?: string;
}

/** A form with the guest's answers. */
export interface FormResponse {
  readonly originatingMessageId: string;
  readonly cannedResponseId?: string;
  readonly answers: readonly FormAnswer[];
}

export interface QuickReplyV2 {
  readonly title: string;
  readonly actions: readonly MessageChoice[];
}

export type StructuredContent =
  | { readonly type: 'card'; readonly card: Card }
  | { readonly type: 'carousel'; readonly carousel: Carousel }
  | { readonly type: 'date-picker'; readonly datePicker: DatePicker }
  | { readonly type: 'list-picker'; readonly listPicker: ListPicker }
  | { readonly type: 'form'; readonly form: Form }
  | { readonly type: 'form-response'; readonly formResponse: FormResponse }
  | { readonly type: 'quick-reply-v2'; readonly quickReplyV2: QuickReplyV2 };
