import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller } from '../access/current-caller.decorator';
import { Caller } from '../access/domain/caller';
import { AuditReads } from '../audit/audit-reads';
import { BearerOnly } from '../common/access/bearer-only.decorator';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { StreamEventsDto, typesIn } from './dto/stream-events.dto';
import { ApiEventStream } from './event-stream.decorator';
import { type StreamRequest, EventsService } from './events.service';
import { SseResponseWriter, STREAM_HEADERS } from './sse-response-writer';

@ApiTags('events')
@Controller({ version: '1' })
export class EventsController {
  constructor(
    private readonly service: EventsService,
    private readonly reads: AuditReads,
  ) {}

  /**
   * Streams events of the caller's sessions, or of all sessions with the scope `sessions.any`.
   *
   * Events: `message`; `session.active` and the like for changes of state; and, as they happen and without an id,
   * `typing`, `connection`, `activity`, and `session.expiring` before Genesys Cloud lets a session expire. `activity` says what else
   * happens in a conversation by `type`: `agent-ended` (with `isReadOnly`: whether the session ends with it), `disconnected`,
   * `joined`, `signed-in`, `cleared`, `session-expired`, `login-asked`, `login-cancelled`, `login-failed`, `co-browse` and
   * `video` (with `offer`: `offered`, `accepted`, `expired`, `rejected` or `other`), and `reactions` (with at most 20 of
   * `reaction` and `count`). It may come again when another replica takes the session over: `id` and `type` are the same then.
   * `message`, `typing` and `activity` need the scope `messages.read` too. A client that reconnects with the
   * last id in `Last-Event-ID` receives every later event once, in order; `0` stands for the beginning of
   * what is kept. Ids are opaque: they tell nothing of the order or the number of events, and the same event has another
   * one on each stream. An id that is not known any more is answered with the event `reset`: events may be missing, and
   * the stream goes on from now. A comment comes every 15 seconds. Clients that do not read are disconnected at 256 kB. A caller
   * may have some streams at once, and gets 429 for one too many: one stream tells of all its sessions.
   */
  @Get('events')
  @Scope('sessions.read')
  @BearerOnly()
  @ApiEventStream()
  @ApiProblems({
    400: ['validation-failed'],
    429: ['too-many-caller-streams'],
    503: ['too-many-streams', 'storage-unavailable', 'shutting-down'],
  })
  all(
    @Query() query: StreamEventsDto,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.serve(streamRequestOf(request, caller, query), request, reply);
  }

  /**
   * Tells live what happens in one session, as `/v1/events` does, and ends after its last change of state. Of a
   * session that has ended it tells what came after `Last-Event-ID`, and 204 says that there is nothing more to come.
   */
  @Get('sessions/:conversationId/events')
  @Scope('sessions.read')
  @BearerOnly()
  @ApiEventStream({ mayBeOver: true })
  @ApiProblems({
    400: ['validation-failed'],
    404: ['session-not-found'],
    429: ['too-many-caller-streams'],
    503: ['too-many-streams', 'storage-unavailable', 'shutting-down'],
  })
  ofSession(
    @Param('conversationId') conversationId: string,
    @Query() query: StreamEventsDto,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.serve({ ...streamRequestOf(request, caller, query), conversationId }, request, reply);
  }

  /** A request for the headers alone gets those of the stream, which does not begin. */
  private async serve(
    streamRequest: StreamRequest,
    { method }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const plan = await this.service.plan(streamRequest);
    if (plan === undefined) {
      await reply.status(204).send();
      return;
    }
    // An empty stream as the body, which is not sent: for any other body Fastify would add a content-length.
    if (method === 'HEAD') {
      await reply.headers(STREAM_HEADERS).send(Readable.from([]));
      return;
    }
    await this.reads.record(plan.reading);
    this.service.begin(plan, () => new SseResponseWriter(reply));
  }
}

function streamRequestOf({ headers }: FastifyRequest, caller: Caller, query: StreamEventsDto): StreamRequest {
  const types = typesIn(query);
  const lastEventId = headers['last-event-id'];
  return {
    caller,
    authorization: headers.authorization,
    ...(types === undefined ? {} : { types }),
    ...(typeof lastEventId === 'string' ? { lastEventId } : {}),
  };
}
