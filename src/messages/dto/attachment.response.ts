import { ApiProperty } from '@nestjs/swagger';
import type { UploadedFile } from '../../session/ports/guest-messaging';

/** A file that messages of the same session can refer to. */
export class AttachmentResponse implements UploadedFile {
  /** Id for `attachmentIds` of a message. */
  @ApiProperty({ type: String, format: 'uuid', example: '8e03978e-40d5-43e8-bc93-6894a57f9324' })
  attachmentId: string = '';

  @ApiProperty({ type: String, example: 'order.pdf' })
  fileName: string = '';

  @ApiProperty({ type: String, example: 'application/pdf' })
  fileType: string = '';

  /** Size in bytes. */
  @ApiProperty({ type: 'integer', example: 24_242 })
  fileSize: number = 0;
}
