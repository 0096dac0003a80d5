import { Controller, Get, Header, NotFoundException, Param, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../common/access/route-access.decorators';
import { prefersHtml } from '../common/http/accept';
import { ApiProblems } from '../common/problem/problem.response';
import { PROBLEM_CATALOGUE } from './catalogue/problem-catalogue';
import { ProblemTypeResponse } from './dto/problem-type.response';
import { problemPage } from './problem-page';

interface Request {
  readonly headers: { readonly accept?: string };
}

interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('problems')
@Controller({ path: 'problems', version: VERSION_NEUTRAL })
export class ProblemsController {
  /** What a problem means and what to do about it: where the `type` of a problem leads. A page for browsers. */
  @Get(':code')
  @Public()
  @Header('vary', 'accept')
  @ApiResponse({ status: 200, type: ProblemTypeResponse })
  @ApiProblems({ 404: ['not-found'] })
  explain(
    @Param('code') code: string,
    @Req() { headers }: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): ProblemTypeResponse | string {
    const found = PROBLEM_CATALOGUE.get(code);
    if (found === undefined) throw new NotFoundException();
    const explained = new ProblemTypeResponse(code, found);
    if (!prefersHtml(headers.accept)) return explained;
    reply.header('content-type', 'text/html; charset=utf-8');
    return problemPage(explained);
  }
}
