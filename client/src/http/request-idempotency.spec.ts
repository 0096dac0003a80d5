import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRepeatable, takesKey } from './request-idempotency.js';

interface Operation {
  readonly parameters?: readonly { readonly name: string }[];
}

const { paths } = JSON.parse(readFileSync(join(__dirname, '../../../docs/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};

const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { parameters = [] }]) => ({
    request: new Request(`https://guests.example${path.replaceAll(/\{\w+\}/g, 'x')}`, {
      method: method.toUpperCase(),
    }),
    hasKey: parameters.some(({ name }) => name === 'idempotency-key'),
  })),
);

describe('idempotency of a request', () => {
  it('needs a key in exactly the operations that take one', () => {
    const wrong = operations.filter(({ request, hasKey }) => takesKey(request) !== hasKey);

    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter(({ hasKey }) => hasKey)).toHaveLength(2);
    expect(wrong).toEqual([]);
  });

  it('is given by the method, or by a key', () => {
    const repeatable = (method: string, headers: Record<string, string> = {}): boolean =>
      isRepeatable(new Request('https://guests.example/v1/x', { method, headers }));

    expect(['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH'].filter((method) => repeatable(method))).toEqual([
      'GET',
      'HEAD',
      'PUT',
      'DELETE',
    ]);
    expect(repeatable('POST', { 'idempotency-key': 'a' })).toBe(true);
  });
});
