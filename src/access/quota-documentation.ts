import type { OpenAPIObject } from '@nestjs/swagger';
import { SCOPE_EXTENSION } from '../common/access/route-access.decorator';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const HEADERS = {
  'RateLimit-Policy': {
    description: 'Requests (q) that the caller may make in a window of seconds (w).',
    schema: { type: 'string', example: '"caller";q=6000;w=60' },
  },
  RateLimit: {
    description: 'Requests that the caller has left (r), and the seconds until one more is available (t).',
    schema: { type: 'string', example: '"caller";r=5999;t=1' },
  },
} as const;

/** Statuses of responses to requests without an identified caller, or that never arrived complete. */
const WITHOUT = new Set(['401', '408', '431']);

const REFERENCES = Object.fromEntries(
  Object.keys(HEADERS).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
);

/** Adds the quota headers to each response for an identified caller. The document must have its problems already. */
export function describeQuotas(document: OpenAPIObject): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item) as Operation[]) {
      if (Reflect.has(operation, SCOPE_EXTENSION)) describe(operation);
    }
  }
  const { components } = document;
  return { ...document, components: { ...components, headers: { ...components?.headers, ...HEADERS } } };
}

function describe({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (WITHOUT.has(status) || response === undefined || '$ref' in response) continue;
    response.headers = { ...response.headers, ...REFERENCES };
  }
}
