import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsInt,
  IsNotEmpty,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  Min,
  Validate,
  ValidateNested,
} from 'class-validator';
import { AreCustomAttributes } from '../../common/validation/are-custom-attributes.decorator';
import { BoundedList, UniqueEntries } from '../../common/validation/list.decorator';
import {
  IsLanguageTag,
  IsPlainText,
  MaxGraphemes,
  MayBeAbsent,
} from '../../common/validation/text.decorator';
import { HasRequiredCapabilities } from './has-required-capabilities-constraint';
import { IsKnownChannel } from './is-known-channel-constraint';
import { IsWithinMaxDuration } from './is-within-max-duration-constraint';
import { JourneyContextDto } from './journey-context.dto';
import { LoginDto } from './login.dto';

const MAX_CAPABILITIES = 32;
/** Genesys Cloud's limit of agents' messages on this channel; it documents none for those of guests. */
const MAX_TEXT_LENGTH = 4_000;

/** Marks a property in the API description that only this channel accepts. */
const ON_OPEN_MESSAGING = { 'x-channel': 'open-messaging' } as const;

/** The request that opens a session. The decorators validate it; a default applies only if its field is absent. */
export class OpenSessionDto {
  /** The Genesys Cloud queue that the guest is routed to. */
  @ApiProperty({ type: String, example: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11' })
  @IsString({ message: 'must be a string' })
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'must be 1 to 128 visible ASCII characters' })
  // Declared without an initial value, so that a missing queue is reported as missing, and not as empty.
  queueId!: string;

  /** The guest's name as agents see it: at most 128 characters as a reader counts them, so that an emoji is one. */
  @ApiPropertyOptional({ type: String, default: 'Guest', maxLength: 2048, example: 'Alice' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @IsPlainText()
  @MaxGraphemes(128)
  name?: string;

  /** The guest's language as a BCP 47 tag. */
  @ApiPropertyOptional({ type: String, default: 'en-US', maxLength: 35, example: 'en-GB' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsLanguageTag()
  locale?: string;

  /** The capabilities of the guest's side. The required ones must be among them; more are allowed. */
  @ApiPropertyOptional({
    type: [String],
    uniqueItems: true,
    maxItems: MAX_CAPABILITIES,
    default: ['typing-indicator', 'read-receipts'],
    example: ['typing-indicator', 'read-receipts', 'file-transfer'],
  })
  @MayBeAbsent()
  @BoundedList(MAX_CAPABILITIES)
  @UniqueEntries('must hold each capability once')
  @IsString({ each: true, message: 'must contain strings only' })
  @Matches(/^[a-z][a-z0-9-]{0,63}$/, { each: true, message: 'must hold words such as file-transfer' })
  @Validate(HasRequiredCapabilities)
  capabilities?: string[];

  /** Seconds after which the service ends the session. */
  @ApiPropertyOptional({ type: 'integer', default: 1800, minimum: 1, maximum: 2700, example: 600 })
  @MayBeAbsent()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(1, { message: 'must be at least 1 second' })
  @Validate(IsWithinMaxDuration)
  durationLimit?: number;

  /** The channel to Genesys Cloud; absent: the service's default. */
  @ApiPropertyOptional({ type: String, example: 'conversations-messaging' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Validate(IsKnownChannel)
  channel?: string;

  /** The proof of the guest's identity; without it the guest is anonymous. Only for channels with logins. */
  @ApiPropertyOptional({ type: LoginDto })
  @MayBeAbsent()
  @IsObject({ message: 'must be a login' })
  @ValidateNested({ message: 'must be a login' })
  @Type(() => LoginDto)
  authentication?: LoginDto;

  /**
   * Participant data that the flow reads before the first message: strings by name, all names and values together at
   * most 2048 bytes in UTF-8. On web-messaging they are sent with each message of the guest until one has arrived.
   */
  @AreCustomAttributes()
  customAttributes?: Record<string, string>;

  /**
   * Receives the events of this session for those of the caller's webhooks that have its origin, in place of their own
   * URLs; signed with their secrets. At least one of them must be verified.
   */
  @ApiPropertyOptional({
    type: String,
    format: 'uri',
    maxLength: 2048,
    example: 'https://billing.example/webhooks/orders/4711',
  })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @MaxLength(2048, { message: 'must be at most 2048 characters' })
  webhookUrl?: string;

  /**
   * The message that opens the conversation. On open-messaging it is required, unless the deployment has a default; other
   * channels refuse it, and the five properties below.
   */
  @ApiPropertyOptional({
    type: String,
    maxLength: MAX_TEXT_LENGTH,
    example: 'Where is my order?',
    ...ON_OPEN_MESSAGING,
  })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxLength(MAX_TEXT_LENGTH, { message: `must have at most ${MAX_TEXT_LENGTH} characters` })
  text?: string;

  /** The integration to open the conversation on; absent: the first one of the deployment. */
  @ApiPropertyOptional({
    type: String,
    example: '9d1f2c8e-6a7b-4a0d-8f57-2f1a4c7d9b10',
    ...ON_OPEN_MESSAGING,
  })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Matches(/^[\w-]{1,64}$/, { message: 'must be the id of an integration' })
  integrationId?: string;

  /**
   * The guest's id at the integration, to continue a thread: Genesys Cloud adds to the conversation of a known guest, also
   * for a while after its end. It must not be a credential. Absent: a fresh one.
   */
  @ApiPropertyOptional({ type: String, maxLength: 128, example: 'customer-4711', ...ON_OPEN_MESSAGING })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'must be 1 to 128 visible ASCII characters' })
  guestId?: string;

  /** The guest's first name as agents see it. */
  @ApiPropertyOptional({ type: String, maxLength: 2048, example: 'Alice', ...ON_OPEN_MESSAGING })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @IsPlainText()
  @MaxGraphemes(128)
  firstName?: string;

  /** The guest's last name as agents see it. */
  @ApiPropertyOptional({ type: String, maxLength: 2048, example: 'Liddell', ...ON_OPEN_MESSAGING })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @IsPlainText()
  @MaxGraphemes(128)
  lastName?: string;

  /** The guest's e-mail address, by which Genesys Cloud may find the contact. */
  @ApiPropertyOptional({ type: String, maxLength: 254, example: 'alice@example.com', ...ON_OPEN_MESSAGING })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Matches(/^(?=.{3,254}$)[^\s@]+@[^\s@]+$/, { message: 'must be an e-mail address' })
  email?: string;

  /** The guest in the customer journey of the caller's site or app. Only for channels that support it. */
  @ApiPropertyOptional({ type: JourneyContextDto })
  @MayBeAbsent()
  @IsObject({ message: 'must be a journey context' })
  @ValidateNested({ message: 'must be a journey context' })
  @Type(() => JourneyContextDto)
  journeyContext?: JourneyContextDto;
}
