import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

const MAX_CHARACTERS = 8_192;

/** A login to the console. */
export class LogInDto {
  /** An API key or a token, as in `Authorization: Bearer`. */
  @ApiProperty({
    type: String,
    minLength: 1,
    maxLength: MAX_CHARACTERS,
    example: 'ggs_billing_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  })
  @IsString({ message: 'must be a string' })
  @Length(1, MAX_CHARACTERS, { message: `must have 1 to ${MAX_CHARACTERS} characters` })
  credential!: string;
}
