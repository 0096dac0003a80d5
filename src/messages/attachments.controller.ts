import { Controller, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator';
import { Caller } from '../access/domain/caller';
import { Scope } from '../common/access/route-access.decorator';
import { FileInBody } from '../common/http/file-in-body.decorator';
import { HungUp } from '../common/http/hung-up.decorator';
import type { FileInRequest } from '../common/http/incoming-file';
import { ApiProblems } from '../common/problem/problem.response';
import { ByHolder } from '../common/server/by-holder.decorator';
import { TakesFile } from '../common/server/takes-file.decorator';
import { AttachmentsService } from './attachments.service';
import { AttachmentResponse } from './dto/attachment.response';
import { FileQueryDto } from './dto/file-query.dto';
import { MESSAGING_PROBLEMS } from './dto/messaging-problems';

const UPLOADING_PROBLEMS = {
  404: ['session-not-found'],
  409: ['not-supported-by-channel', 'session-not-active'],
  422: ['file-refused'],
  ...MESSAGING_PROBLEMS,
  429: ['caller-upload-limit-reached', ...MESSAGING_PROBLEMS[429]],
  503: ['too-many-uploads', ...MESSAGING_PROBLEMS[503]],
};

@ApiTags('messages')
@Controller({ path: 'sessions/:conversationId', version: '1' })
export class AttachmentsController {
  constructor(private readonly service: AttachmentsService) {}

  /**
   * Uploads a file for the guest, and responds once `attachmentIds` of a message may name it. It is not part of the
   * conversation yet.
   */
  @Post('attachments')
  @Scope('messages.write')
  @ByHolder()
  @TakesFile()
  @ApiResponse({ status: 201, type: AttachmentResponse })
  @ApiProblems(UPLOADING_PROBLEMS)
  upload(
    @Param('conversationId') conversationId: string,
    @Query() { fileName }: FileQueryDto,
    @FileInBody() { type: fileType, size: fileSize, content }: FileInRequest,
    @CurrentCaller() caller: Caller,
    @HungUp() hungUp: AbortSignal,
  ): Promise<AttachmentResponse> {
    const file = { fileName, fileType, fileSize, content };
    return this.service.upload(conversationId, file, { caller, hungUp });
  }
}
