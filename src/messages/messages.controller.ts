import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator';
import { Caller } from '../access/domain/caller';
import { Scope } from '../common/access/route-access.decorator';
import { ByHolder } from '../common/server/by-holder.decorator';
import { PageQueryDto } from '../common/pagination/page-query.dto';
import { ApiProblems } from '../common/problem/problem.response';
import { accessScopeOf } from '../session/domain/access-scope';
import { MessageListResponse, MessageResponse } from './dto/message.response';
import { SendMessageDto } from './dto/send-message.dto';
import { MESSAGING_PROBLEMS } from './dto/messaging-problems';
import { MessagesQueries } from './messages.queries';
import { MessagesService } from './messages.service';

const IDEMPOTENCY_KEY = {
  name: 'idempotency-key',
  required: false,
  description:
    'Makes the request idempotent for as long as the session is stored: 1 to 255 visible ASCII characters, or the ' +
    'same as a quoted string, which may contain spaces too. Use a new key, such as a UUID, for every message.',
  schema: { type: 'string', example: '8e03978e-40d5-43e8-bc93-6894a57f9324' },
};

const SENDING_PROBLEMS = {
  400: ['malformed-json', 'validation-failed', 'idempotency-key-invalid'],
  404: ['session-not-found'],
  409: ['not-supported-by-channel', 'session-not-active', 'request-in-progress'],
  413: ['payload-too-large'],
  415: ['unsupported-media-type'],
  422: ['idempotency-key-reused', 'message-refused'],
  ...MESSAGING_PROBLEMS,
};

/** The parts of a reply that a route sets besides its body. */
interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('messages')
@Controller({ path: 'sessions/:conversationId', version: '1' })
export class MessagesController {
  constructor(
    private readonly service: MessagesService,
    private readonly queries: MessagesQueries,
  ) {}

  /** Sends a message for the guest, and responds once the conversation has it; once per Idempotency-Key. */
  @Post('messages')
  @ByHolder()
  @Scope('messages.write')
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiResponse({ status: 201, type: MessageResponse })
  @ApiProblems(SENDING_PROBLEMS)
  async send(
    @Param('conversationId') conversationId: string,
    @Body() dto: SendMessageDto,
    @CurrentCaller() caller: Caller,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<MessageResponse> {
    const { message, isReplayed } = await this.service.send(conversationId, dto, { caller, key });
    if (isReplayed) reply.header('idempotency-replayed', 'true');
    return message as MessageResponse;
  }

  /** Lists the messages, the oldest first by the time that Genesys Cloud gives them. */
  @Get('messages')
  @Scope('messages.read')
  @ApiResponse({ status: 200, type: MessageListResponse })
  @ApiProblems({ 400: ['validation-failed'], 404: ['session-not-found'], 503: ['storage-unavailable'] })
  async list(
    @Param('conversationId') conversationId: string,
    @Query() query: PageQueryDto,
    @CurrentCaller() caller: Caller,
  ): Promise<MessageListResponse> {
    const { messages, nextCursor } = await this.queries.list(conversationId, query, caller);
    return { items: messages, nextCursor };
  }

  /** Shows the agent that the guest is typing, at most every five seconds: earlier calls have no effect. */
  @Post('typing')
  @ByHolder()
  @Scope('messages.write')
  @HttpCode(202)
  @ApiResponse({ status: 202, description: 'Accepted; sent if that is possible at once.' })
  @ApiProblems({
    404: ['session-not-found'],
    409: ['not-supported-by-channel', 'session-not-active'],
    429: ['too-many-caller-forwarded'],
    503: ['storage-unavailable', 'session-moving', 'too-many-forwarded'],
  })
  typing(@Param('conversationId') conversationId: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.service.typing(conversationId, accessScopeOf(caller));
  }
}
