import type { OpenAPIObject } from '@nestjs/swagger';
import { SCOPE_EXTENSION } from '../common/access/route-access.decorator';
import { isScopeName, type ScopeName } from '../common/access/scope';

/** The name of the security scheme in the description of the API. */
export const BEARER_SCHEME = 'bearer';
/** The name of the security scheme of session cookies. */
export const CONSOLE_SCHEME = 'console';

const PROBLEMS: Readonly<Record<string, string>> = {
  401: 'unauthenticated',
  403: 'insufficient-scope',
  429: 'quota-exceeded',
  503: 'auth-unavailable',
};

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];

/** Completes the OpenAPI document with the scope of each route and its refusals. */
export function describeAccess(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as Operation[]) {
      const scope: unknown = Reflect.get(operation, SCOPE_EXTENSION);
      if (isScopeName(scope)) describe(operation, scope);
    }
  }
  return document;
}

function describe(operation: Operation, scope: ScopeName): void {
  const needed = `Needs the scope \`${scope}\`.`;
  operation.description = operation.description ? `${operation.description}\n\n${needed}` : needed;
  operation.security = [{ [BEARER_SCHEME]: [] }];
  for (const [status, code] of Object.entries(PROBLEMS)) addProblem(operation.responses, status, code);
}

function addProblem(responses: Responses, status: string, code: string): void {
  const known = responses[status];
  const codes = known !== undefined && 'description' in known ? known.description : '';
  responses[status] = {
    description: [codes, code].filter(Boolean).join(', '),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemResponse' } } },
  };
}
