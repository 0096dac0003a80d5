import { Body, Controller, Delete, Get, Header, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator';
import { Caller } from '../access/domain/caller';
import { AuditReads } from '../audit/audit-reads';
import { Scope } from '../common/access/route-access.decorator';
import { entityTagOf, isKnown } from '../common/http/entity-tag';
import { HungUp } from '../common/http/hung-up.decorator';
import { ByHolder } from '../common/server/by-holder.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { UPSTREAM_PROBLEMS } from '../common/problem/upstream-problems';
import { filterOf, ListSessionsDto } from './dto/list-sessions.dto';
import { OpenSessionDto } from './dto/open-session.dto';
import { OpenedSessionResponse } from './dto/opened-session.response';
import { SessionListResponse } from './dto/session-list.response';
import { SessionResponse } from './dto/session.response';
import type { OpenedAnswer } from './domain/stored-response';
import { foreignListing } from './domain/foreign-act';
import { accessScopeOf } from './domain/access-scope';
import type { Session } from './domain/session';
import { SessionIdempotency } from './idempotency/session-idempotency';
import { SessionPresenter } from './session-presenter';
import { SessionQueries } from './session.queries';
import { type OpenedSession, SessionService } from './session.service';

const ETAG = { required: true, schema: { type: 'string', example: '"m1Vv0y2cYQyCk1cX0m0sZ8dJ5sE"' } };
const LOCATION = {
  required: true,
  schema: { type: 'string', example: '/v1/sessions/0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' },
};
const IDEMPOTENCY_KEY = {
  name: 'idempotency-key',
  required: false,
  description:
    'Makes the opening safe to repeat for 24 hours: 1 to 255 visible ASCII characters, or the same as a quoted ' +
    'string, which may hold spaces too. Use a new one, such as a UUID, for every session that is wanted. A failure ' +
    'that may have taken effect is kept as well; one that came to nothing is not, and can be repeated.',
  schema: { type: 'string', example: '8e03978e-40d5-43e8-bc93-6894a57f9324' },
};

const OPENING_PROBLEMS = {
  400: ['malformed-json', 'validation-failed', 'idempotency-key-invalid'],
  403: ['session-refused', 'guest-not-authenticated'],
  409: [
    'session-ended',
    'guest-in-session',
    'request-in-progress',
    'not-supported-by-channel',
    'authentication-not-enabled',
    'authentication-required',
  ],
  413: ['payload-too-large'],
  415: ['unsupported-media-type'],
  422: ['idempotency-key-reused', 'webhook-url-refused'],
  429: ['caller-session-limit-reached', 'session-limit-reached', 'too-many-in-flight'],
  ...UPSTREAM_PROBLEMS,
  503: ['policy-unavailable', ...UPSTREAM_PROBLEMS[503], 'storage-unavailable', 'shutting-down'],
};

/** The part of a reply that a route sets besides its body. */
interface Reply {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

@ApiTags('sessions')
@Controller({ path: 'sessions', version: '1' })
export class SessionController {
  constructor(
    private readonly openings: SessionIdempotency,
    private readonly service: SessionService,
    private readonly queries: SessionQueries,
    private readonly presenter: SessionPresenter,
    private readonly reads: AuditReads,
  ) {}

  /** Opens a guest session and keeps it alive until it ends; once for each Idempotency-Key. */
  @Post()
  @Scope('sessions.write')
  @Header('cache-control', 'no-store')
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiResponse({
    status: 201,
    type: OpenedSessionResponse,
    headers: { Location: LOCATION, ETag: ETAG },
  })
  @ApiProblems(OPENING_PROBLEMS)
  async open(
    @Body() dto: OpenSessionDto,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: Reply,
    @Headers('idempotency-key') key: string | undefined,
    @HungUp() hungUp: AbortSignal,
  ): Promise<OpenedSessionResponse> {
    const answerOf = (opened: OpenedSession): OpenedAnswer => this.answerOf(opened, caller);
    const { answer, from } = await this.openings.open(dto, caller, { key, answerOf, hungUp });
    reply.header('location', answer.location);
    reply.header('etag', answer.etag);
    if (from === 'replayed') reply.header('idempotency-replayed', 'true');
    return answer.body as OpenedSessionResponse;
  }

  /** Lists sessions, newest first: the caller's own, or all with the scope `sessions.any`. */
  @Get()
  @Scope('sessions.read')
  @ApiResponse({ status: 200, type: SessionListResponse })
  @ApiProblems({ 400: ['validation-failed'], 503: ['storage-unavailable'] })
  async list(@Query() query: ListSessionsDto, @CurrentCaller() caller: Caller): Promise<SessionListResponse> {
    const { sessions, nextCursor } = await this.queries.list(query, {
      ...accessScopeOf(caller),
      ...filterOf(query),
    });
    await this.reads.record(foreignListing(caller, sessions));
    return new SessionListResponse(
      sessions.map((session) => this.presenter.present(session, caller)),
      nextCursor,
    );
  }

  /** A session, and how its heartbeat is doing. With a tag that is still the right one: 304, and no body. */
  @Get(':conversationId')
  @Scope('sessions.read')
  @Header('cache-control', 'private, no-cache')
  @ApiHeader({ name: 'if-none-match', required: false, schema: ETAG.schema })
  @ApiResponse({ status: 200, type: SessionResponse, headers: { ETag: ETAG } })
  @ApiResponse({ status: 304, description: 'The tag is still the right one.', headers: { ETag: ETAG } })
  @ApiProblems({ 404: ['session-not-found'], 503: ['storage-unavailable'] })
  async get(
    @Param('conversationId') conversationId: string,
    @CurrentCaller() caller: Caller,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SessionResponse | undefined> {
    const session = await this.queries.get(conversationId, accessScopeOf(caller));
    const { response, tag } = this.tagged(session, caller, reply);
    if (!isKnown(tag, ifNoneMatch)) return response;
    reply.status(304);
    return undefined;
  }

  /** Ends a session: 200 when Genesys Cloud confirmed, 202 while it is still being disconnected. */
  @Delete(':conversationId')
  @ByHolder('preferred')
  @Scope('sessions.end')
  @ApiResponse({ status: 200, type: SessionResponse, headers: { ETag: ETAG } })
  @ApiResponse({ status: 202, type: SessionResponse, headers: { ETag: ETAG } })
  @ApiProblems({ 404: ['session-not-found'], 503: ['storage-unavailable'] })
  async end(
    @Param('conversationId') conversationId: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SessionResponse> {
    const session = await this.service.end(conversationId, accessScopeOf(caller));
    reply.status(session.snapshot.disconnect === 'pending' ? 202 : 200);
    return this.tagged(session, caller, reply).response;
  }

  /** The tag is the one that a GET would return now. */
  private answerOf(opened: OpenedSession, caller: Caller): OpenedAnswer {
    const { session } = opened;
    return {
      location: `/v1/sessions/${session.conversationId}`,
      etag: entityTagOf(this.presenter.present(session, caller)),
      body: this.presenter.presentOpened(opened, caller),
    };
  }

  /** The response, and its tag as a header: the one that a GET would return now. */
  private tagged(session: Session, caller: Caller, reply: Reply): { response: SessionResponse; tag: string } {
    const response = this.presenter.present(session, caller);
    const tag = entityTagOf(response);
    reply.header('etag', tag);
    return { response, tag };
  }
}
