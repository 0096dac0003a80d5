import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';
import { IsPlainText } from '../../common/validation/text.decorator';

const MAX_LENGTH = 1023;
/** A name without a path, and an extension after its last dot. */
const NAME = /^(?=[^]{1,1023}$)[^/\\]*[^./\\]\.[^./\\]+$/;

/** The name of a file. */
export class FileQueryDto {
  /** Name with an extension and without a path. */
  @ApiProperty({ type: String, maxLength: MAX_LENGTH, example: 'order.pdf' })
  @IsString({ message: 'must be a string' })
  @Matches(NAME, {
    message: `must be the name of a file with an extension, without a path, of at most ${MAX_LENGTH} characters`,
  })
  @IsPlainText()
  fileName!: string;
}
