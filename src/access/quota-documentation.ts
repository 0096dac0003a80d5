import type { OpenAPIObject } from '@nestjs/swagger';
import { SCOPE_EXTENSION } from '../common/access/route-access.decorator';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const HEADERS = {
  'RateLimit-Policy': {
    description: 'How many requests (q) the caller may make in how many seconds (w).',
    schema: { type: 'string', example: '"caller";q=6000;w=60' },
  },
  RateLimit: {
    description: 'How many requests of the caller still fit (r), and the seconds until one more does (t).',
    schema: { type: 'string', example: '"caller";r=5999;t=1' },
  },
} as const;

/** Answers to requests whose caller is not known, or that never arrived as a whole. */
const WITHOUT = new Set(['401', '408', '431']);

const REFERENCES = Object.fromEntries(
  Object.keys(HEADERS).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
);

/** Completes a description whose problems are complete: with how each answer to a known caller tells of its quota. */
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
