import { type BreakingChange, breakingChanges } from '../support/openapi-changes';
import type { Json } from '../support/openapi-reader';

const PROBLEM = 'application/problem+json';

/** A small API description; each test changes a copy of it. */
class Api {
  pet: Record<string, unknown> = {
    type: 'object',
    required: ['id', 'state'],
    properties: {
      id: { type: 'string', format: 'uuid' },
      state: { type: 'string', enum: ['new', 'sold'] },
      price: { type: 'integer' },
      tags: { type: 'array', items: { type: 'string' } },
      parent: { $ref: '#/components/schemas/Pet' },
    },
  };
  newPet: Record<string, unknown> = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 10 },
      kind: { type: 'string', enum: ['cat', 'dog'] },
      age: { type: 'number' },
      code: { type: 'string', pattern: '^a' },
    },
  };
  limit: Record<string, unknown> = {
    name: 'limit',
    in: 'query',
    required: false,
    schema: { type: 'integer', maximum: 200 },
  };
  parameters: unknown[] = [this.limit, { name: 'X-Note', in: 'header', schema: { type: 'string' } }];
  codes = ['bad', 'worse'];
  body: Record<string, unknown> = {
    content: { 'application/json': { schema: { $ref: '#/components/schemas/NewPet' } } },
  };
  responses: Record<string, unknown> = {
    201: {
      headers: { ETag: { schema: { type: 'string' } } },
      content: { 'application/json': { schema: { allOf: [{ $ref: '#/components/schemas/Pet' }] } } },
    },
    204: { description: 'nothing' },
  };
  operation: Record<string, unknown> = { operationId: 'petAdd' };
  paths: Record<string, unknown> = { '/pets': { post: this.operation } };

  document(): Json {
    const examples = Object.fromEntries(this.codes.map((code) => [code, {}]));
    const problem = { content: { [PROBLEM]: { schema: {}, examples } } };
    Object.assign(this.operation, {
      parameters: this.parameters,
      requestBody: this.body,
      responses: { ...this.responses, 400: problem },
    });
    return structuredClone({
      paths: this.paths,
      components: { schemas: { Pet: this.pet, NewPet: this.newPet } },
    });
  }
}

function fields(schema: Record<string, unknown>): Record<string, unknown> {
  return schema['properties'] as Record<string, unknown>;
}

function changesBy(change: (api: Api) => void): BreakingChange[] {
  const [before, after] = [new Api(), new Api()];
  change(after);
  return breakingChanges(before.document(), after.document());
}

describe(breakingChanges.name, () => {
  it.each<[string, (api: Api) => void, string, string]>([
    ['a path that is gone', (api) => (api.paths = {}), '', 'is gone'],
    ['a method that is gone', (api) => (api.paths['/pets'] = { get: {} }), '', 'is gone'],
    [
      'an operation of another name',
      (api) => (api.operation['operationId'] = 'addPet'),
      '',
      'is called addPet in generated clients',
    ],
    ['a parameter that is gone', (api) => api.parameters.pop(), 'header x-note', 'is gone'],
    ['a parameter that is required', (api) => (api.limit['required'] = true), 'query limit', 'is required'],
    [
      'a new parameter that is required',
      (api) => api.parameters.push({ name: 'a', in: 'query', required: true }),
      'query a',
      'is new and required',
    ],
    [
      'a narrower bound',
      (api) => (api.limit['schema'] = { type: 'integer', maximum: 100 }),
      'query limit',
      'has a narrower maximum',
    ],
    [
      'a bound where there was none',
      (api) => (api.limit['schema'] = { type: 'integer', maximum: 200, minimum: 5 }),
      'query limit',
      'has a narrower minimum',
    ],
    ['a body that is required', (api) => (api.body['required'] = true), 'body', 'is required'],
    ['a body that is gone', (api) => (api.body = undefined as never), 'body', 'is gone'],
    [
      'a body of another type',
      (api) => (api.body['content'] = { 'text/plain': {} }),
      'body as application/json',
      'is gone',
    ],
    ['a field of the request that is gone', (api) => delete fields(api.newPet)['age'], 'body.age', 'is gone'],
    [
      'a field of the request that is required',
      (api) => (api.newPet['required'] = ['name', 'age']),
      'body.age',
      'is required',
    ],
    [
      'a new field of the request that is required',
      (api) => {
        api.newPet['required'] = ['name', 'size'];
        fields(api.newPet)['size'] = { type: 'integer' };
      },
      'body.size',
      'is new and required',
    ],
    [
      'a value that a request may have no longer',
      (api) => (fields(api.newPet)['kind'] = { type: 'string', enum: ['cat', 'cow'] }),
      'body.kind',
      'may be "dog" no longer',
    ],
    [
      'values where there were all',
      (api) => (fields(api.newPet)['name'] = { type: 'string', minLength: 1, maxLength: 10, enum: ['a'] }),
      'body.name',
      'may be some values only',
    ],
    [
      'a narrower type in a request',
      (api) => (fields(api.newPet)['age'] = { type: 'integer' }),
      'body.age',
      'may be number no longer',
    ],
    [
      'another pattern',
      (api) => (fields(api.newPet)['code'] = { type: 'string', pattern: '^b' }),
      'body.code',
      'must have the pattern ^b',
    ],
    [
      'a request that is closed',
      (api) => (api.newPet['additionalProperties'] = false),
      'body',
      'may have no other fields any more',
    ],
    ['a status that is gone', (api) => delete api.responses[204], '204', 'is gone'],
    ['a code that is gone', (api) => api.codes.pop(), '400 worse', 'is gone'],
    [
      'a header of an answer that is gone',
      (api) => (api.responses[201] = { ...(api.responses[201] as object), headers: {} }),
      '201 header ETag',
      'is gone',
    ],
    [
      'an answer of another type',
      (api) => (api.responses[201] = { ...(api.responses[201] as object), content: {} }),
      '201 as application/json',
      'is gone',
    ],
    ['a field of an answer that is gone', (api) => delete fields(api.pet)['price'], '201.price', 'is gone'],
    [
      'a field of an answer that may be absent',
      (api) => (api.pet['required'] = ['id']),
      '201.state',
      'may be absent',
    ],
    [
      'a wider type in an answer',
      (api) => (fields(api.pet)['price'] = { type: ['integer', 'null'] }),
      '201.price',
      'may be null',
    ],
    [
      'another type within a list',
      (api) => (fields(api.pet)['tags'] = { type: 'array', items: { type: 'integer' } }),
      '201.tags[]',
      'may be integer',
    ],
    [
      'an answer without its format',
      (api) => (fields(api.pet)['id'] = { type: 'string' }),
      '201.id',
      'is no longer a uuid',
    ],
    [
      'a closed set that is open',
      (api) => (fields(api.pet)['state'] = { type: 'string' }),
      '201.state',
      'may be any value',
    ],
    [
      'other alternatives',
      (api) => (fields(api.pet)['price'] = { type: 'integer', oneOf: [{}] }),
      '201.price',
      'has another oneOf',
    ],
  ])('reports %s', (_, change, at, what) => {
    const where = at === '' ? 'POST /pets' : `POST /pets, ${at}`;

    expect(changesBy(change)).toEqual([{ where, what }]);
  });

  it.each<[string, (api: Api) => void]>([
    ['nothing', () => undefined],
    ['texts and examples', (api) => Object.assign(api.pet, { description: 'x', example: {} })],
    ['a new path', (api) => (api.paths['/cats'] = { get: {} })],
    ['a new method', (api) => (api.paths['/pets'] = { post: api.operation, get: {} })],
    ['a new status, a new code', (api) => [api.codes.push('new'), (api.responses[409] = {})]],
    ['a new field in an answer', (api) => (fields(api.pet)['size'] = { type: 'integer' })],
    ['a field of an answer that is always there', (api) => (api.pet['required'] = ['id', 'state', 'price'])],
    [
      'a new value in an answer',
      (api) => (fields(api.pet)['state'] = { type: 'string', enum: ['new', 'sold', 'lost'] }),
    ],
    ['a new field in a request that may be absent', (api) => (fields(api.newPet)['size'] = {})],
    ['a field in a request that may be absent', (api) => (api.newPet['required'] = [])],
    [
      'a wider type in a request',
      (api) => (fields(api.newPet)['name'] = { type: ['string', 'null'], minLength: 1, maxLength: 10 }),
    ],
    ['a wider bound', (api) => (api.limit['schema'] = { type: 'integer', maximum: 300 })],
    ['a new parameter', (api) => api.parameters.push({ name: 'a', in: 'query', schema: {} })],
    [
      'a schema that is written in place',
      (api) => (api.body['content'] = { 'application/json': { schema: api.newPet } }),
    ],
    [
      'a header in other letters',
      (api) => (api.parameters[1] = { name: 'x-note', in: 'header', schema: { type: 'string' } }),
    ],
  ])('accepts %s', (_, change) => {
    expect(changesBy(change)).toEqual([]);
  });

  it('refuses a document with an unresolvable reference', () => {
    expect(() => changesBy((api) => (api.body = { $ref: '#/components/none' }))).toThrow('leads nowhere');
  });
});
