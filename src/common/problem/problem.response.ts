import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';

class InputErrorResponse {
  /** JSON pointer to the field. A name longer than 100 characters is cut off. */
  @ApiProperty({ type: String, example: '#/durationLimit' })
  pointer: string = '';

  @ApiProperty({ type: String, example: 'out-of-range' })
  code: string = '';

  @ApiProperty({ type: String, example: 'must be at most 2700 seconds' })
  detail: string = '';
}

/** An error (RFC 9457, application/problem+json). */
export class ProblemResponse {
  @ApiProperty({ type: String, example: '/problems/validation-failed' })
  type: string = '';

  @ApiProperty({ type: String, example: 'The request breaks a rule' })
  title: string = '';

  @ApiProperty({ type: 'integer', example: 400 })
  status: number = 0;

  @ApiPropertyOptional({ type: String, example: 'The request has one error.' })
  detail?: string;

  @ApiProperty({ type: String, example: '/v1/sessions' })
  instance: string = '';

  /** Stable: programs should rely on this field. */
  @ApiProperty({ type: String, example: 'validation-failed' })
  code: string = '';

  @ApiProperty({ type: String, example: '01JDC0XK6V9Q3M8T' })
  requestId: string = '';

  /** One of several causes, if a code has several. */
  @ApiPropertyOptional({ type: String, example: 'upstream-budget' })
  reason?: string;

  /** The policy that decided, if policies are involved. */
  @ApiPropertyOptional({ type: String, example: 'opening-hours' })
  policy?: string;

  /** The scope that the caller lacks. */
  @ApiPropertyOptional({ type: String, example: 'sessions.read' })
  scope?: string;

  /** At most the first 20; `detail` says when there are more. */
  @ApiPropertyOptional({ type: [InputErrorResponse] })
  errors?: InputErrorResponse[];
}

/** Documents a route's own problems: the codes by status. The problems of every route are added. */
export function ApiProblems(codesByStatus: Readonly<Record<number, readonly string[]>>): MethodDecorator {
  const responses = Object.entries(codesByStatus).map(([status, codes]) =>
    ApiResponse({
      status: Number(status),
      description: codes.join(', '),
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemResponse) } } },
    }),
  );
  return applyDecorators(ApiExtraModels(ProblemResponse, InputErrorResponse), ...responses);
}
