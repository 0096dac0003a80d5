import { Controller, Get, Header, NotFoundException, Param, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Public } from '../common/access/route-access.decorator';
import { prefersHtml } from '../common/http/accept';
import { ApiProblems } from '../common/problem/problem.response';
import { publicUrlOf } from '../common/server/public-url';
import { PROBLEM_CATALOGUE } from './catalogue/problem-catalogue';
import { ProblemTypeResponse } from './dto/problem-type.response';
import { problemPage } from './problem-page';

const EXPLANATION = {
  'application/json': { schema: { $ref: getSchemaPath(ProblemTypeResponse) } },
  'text/html': { schema: { type: 'string' } },
};

interface Request {
  readonly headers: { readonly accept?: string };
}

interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('problems')
@Controller({ path: 'problems', version: VERSION_NEUTRAL })
export class ProblemsController {
  /** Describes a problem code and the recommended action, at the `type` of a problem. A page for browsers. */
  @Get(':code')
  @Public()
  @Header('vary', 'accept')
  @ApiExtraModels(ProblemTypeResponse)
  @ApiResponse({ status: 200, content: EXPLANATION })
  @ApiProblems({ 404: ['not-found'] })
  explain(
    @Param('code') code: string,
    @Req() { headers }: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): ProblemTypeResponse | string {
    const found = PROBLEM_CATALOGUE.get(code);
    if (found === undefined) throw new NotFoundException();
    const explained = new ProblemTypeResponse(code, found, publicUrlOf(reply));
    if (!prefersHtml(headers.accept)) return explained;
    reply.header('content-type', 'text/html; charset=utf-8');
    return problemPage(explained);
  }
}
