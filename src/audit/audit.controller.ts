import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { AuditExport } from './audit-export';
import { AuditQueries } from './audit.queries';
import { AuditListResponse } from './dto/audit-record.response';
import { filterOf, ListAuditDto } from './dto/list-audit.dto';

const NDJSON = 'application/x-ndjson';

@ApiTags('audit')
@Controller({ path: 'audit', version: '1' })
export class AuditController {
  constructor(
    private readonly queries: AuditQueries,
    private readonly exporting: AuditExport,
  ) {}

  /** Lists audit records, the newest first. */
  @Get()
  @Scope('audit.read')
  @ApiResponse({ status: 200, type: AuditListResponse })
  @ApiProblems({ 400: ['validation-failed'], 503: ['storage-unavailable'] })
  async list(@Query() query: ListAuditDto): Promise<AuditListResponse> {
    const { records, nextCursor } = await this.queries.list(filterOf(query), query.limit, query.cursor);
    return new AuditListResponse(records, nextCursor);
  }

  /**
   * Exports the whole trail as one JSON value per line: first the header, with the ends of every chain, then the
   * records as they are listed, chain by chain. `npm run audit:verify` verifies it, anywhere and without the service.
   */
  @Get('export')
  @Scope('audit.read')
  @ApiResponse({
    status: 200,
    description: 'One JSON value per line.',
    content: { [NDJSON]: { schema: { type: 'string' } } },
  })
  @ApiProblems({ 429: ['too-many-in-flight'], 503: ['storage-unavailable'] })
  async export(): Promise<StreamableFile> {
    const release = this.exporting.begin();
    try {
      const lines = this.exporting.lines();
      // An error before the first line becomes a problem response.
      const first = await lines.next();
      const stream = Readable.from(followedBy(first.done === true ? '' : first.value, lines));
      stream.once('close', release);
      return new StreamableFile(stream, { type: NDJSON, disposition: 'attachment; filename="audit.ndjson"' });
    } catch (error) {
      release();
      throw error;
    }
  }
}

async function* followedBy(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}
