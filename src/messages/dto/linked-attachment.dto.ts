import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { IsHttpsUrl } from '../../common/validation/https-url.decorator';
import { IsPlainText, MaxBytes, MayBeAbsent } from '../../common/validation/text.decorator';
import {
  LINKED_MEDIA_TYPES,
  type LinkedAttachment,
  type LinkedMediaType,
} from '../../session/ports/guest-messaging';

/** Room for the signature of a presigned URL. */
const MAX_URL_LENGTH = 4096;
const MAX_TEXT_BYTES = 4096;
const MAX_NAME_LENGTH = 255;
/** A type and a subtype (RFC 6838) without parameters. */
const MIME = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const SHA256 = /^[0-9a-fA-F]{64}$/;

/** A file behind a URL, which Genesys Cloud fetches: the URL must be readable without a credential while it does. */
export class LinkedAttachmentDto implements LinkedAttachment {
  /** An https URL without user and password. */
  @ApiProperty({ type: String, maxLength: MAX_URL_LENGTH, example: 'https://files.example/invoice.pdf' })
  @IsString({ message: 'must be a string' })
  @IsHttpsUrl(MAX_URL_LENGTH)
  url!: string;

  @ApiProperty({ type: String, maxLength: 255, example: 'application/pdf' })
  @IsString({ message: 'must be a string' })
  @Matches(MIME, { message: 'must be a media type without parameters, such as image/png' })
  mime!: string;

  /** Absent: derived from `mime`. */
  @ApiPropertyOptional({ enum: LINKED_MEDIA_TYPES, example: 'File' })
  @MayBeAbsent()
  @IsIn(LINKED_MEDIA_TYPES, { message: `must be one of: ${LINKED_MEDIA_TYPES.join(', ')}` })
  mediaType?: LinkedMediaType;

  @ApiPropertyOptional({ type: String, maxLength: MAX_NAME_LENGTH, example: 'invoice.pdf' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxLength(MAX_NAME_LENGTH, { message: `must have at most ${MAX_NAME_LENGTH} characters` })
  @IsPlainText()
  filename?: string;

  /** Caption. */
  @ApiPropertyOptional({ type: String, maxLength: MAX_TEXT_BYTES, example: 'The invoice' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxBytes(MAX_TEXT_BYTES)
  text?: string;

  /** Hexadecimal digest of the file. */
  @ApiPropertyOptional({
    type: String,
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  @MayBeAbsent()
  @Matches(SHA256, { message: 'must be 64 hexadecimal digits' })
  sha256?: string;
}
