import fc from 'fast-check';
import { isRecord } from '../openapi-reader';
import type { Schema } from '../openapi-schema-changes';

/** Long enough for long texts, short enough to be sent ten thousand times. */
const LONG = 200;
const EARLIEST = new Date('1970-01-01T00:00:00Z');
const LATEST = new Date('2100-01-01T00:00:00Z');

/**
 * Values that a dereferenced schema allows, mostly its own examples: a schema does not state every rule, and its
 * examples keep all of them.
 */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.enum)) return fc.constantFrom<unknown>(...(schema.enum as unknown[]));
  if ('const' in schema) return fc.constant(schema['const']);
  const named = ['example', 'default'].filter((key) => schema[key] !== undefined).map((key) => schema[key]);
  const allowed = allowedBy(schema);
  if (named.length === 0) return allowed;
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...named) }, { weight: 1, arbitrary: allowed });
}

/** Properties whose value has to be registered before, so that their examples are refused. */
const REGISTERED = new Set(['webhookUrl']);

/**
 * The example of a schema; for an object, the examples of its properties, each optional one present or absent. It leaves
 * out those of a single channel, and those that need a registration.
 */
export function examplesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { properties, required = [] } = schema;
  if (properties === undefined) return fc.constant(schema['example'] ?? schema['default']);
  const shown = Object.entries(properties).filter(
    ([name, property]) =>
      property['example'] !== undefined && property['x-channel'] === undefined && !REGISTERED.has(name),
  );
  const values = Object.fromEntries(shown.map(([name, property]) => [name, examplesOf(property)]));
  return fc.record(values, { requiredKeys: required.filter((name) => name in values) });
}

/** Values just outside the allowed range of a schema. */
export function edgesOf(schema: Schema): unknown[] {
  const [minimum, maximum] = [numberIn(schema, 'minimum'), numberIn(schema, 'maximum')];
  const [minLength, maxLength] = [numberIn(schema, 'minLength') ?? 0, numberIn(schema, 'maxLength')];
  const [minItems, maxItems] = [numberIn(schema, 'minItems') ?? 0, numberIn(schema, 'maxItems')];
  const choices = schema.enum;
  return [
    ...(minimum === undefined ? [] : [minimum - 1, minimum + 0.5]),
    ...(maximum === undefined ? [] : [maximum + 1, maximum - 0.5]),
    ...(minLength === 0 ? [] : ['x'.repeat(minLength - 1)]),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ...(minItems === 0 ? [] : [Array.from({ length: minItems - 1 }, (_, at) => `item-${at}`)]),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, (_, at) => `item-${at}`)]),
    ...(Array.isArray(choices)
      ? choices.map(String).flatMap((choice) => [`${choice}x`, inOtherCase(choice)])
      : []),
  ];
}

function inOtherCase(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

/** Formats a value for a path, a query or a header. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function allowedBy(schema: Schema): fc.Arbitrary<unknown> {
  const alternatives = [schema['oneOf'], schema['anyOf']].find((list) => Array.isArray(list));
  if (Array.isArray(alternatives)) return fc.oneof(...alternatives.filter(isRecord).map(valuesOf));
  const types = [schema.type].flat().map(String);
  return fc.oneof(...types.map((type) => (BY_TYPE[type] ?? anything)(schema)));
}

const anything = (): fc.Arbitrary<unknown> => fc.jsonValue({ maxDepth: 2 });

const BY_TYPE: Readonly<Record<string, (schema: Schema) => fc.Arbitrary<unknown>>> = {
  string: texts,
  integer: integers,
  number: numbers,
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: lists,
  object: objects,
};

function texts(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.uuid();
  if (schema.format === 'date-time') {
    return fc.date({ min: EARLIEST, max: LATEST, noInvalidDate: true }).map((date) => date.toISOString());
  }
  const minLength = numberIn(schema, 'minLength') ?? 0;
  const maxLength = Math.max(minLength, numberIn(schema, 'maxLength') ?? LONG);
  if (schema.pattern !== undefined) return matching(schema.pattern);
  return fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', minLength, maxLength }) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(minLength), 'x'.repeat(maxLength)) },
  );
}

function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern, 'u'));
  } catch {
    // No text can be generated for some patterns, so only the schema's own values are used.
    return fc.string();
  }
}

function integers(schema: Schema): fc.Arbitrary<number> {
  const [min, max] = boundsOf(schema);
  return fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
}

function numbers(schema: Schema): fc.Arbitrary<number> {
  const [min, max] = boundsOf(schema);
  return fc.double({ min, max, noNaN: true });
}

function boundsOf(schema: Schema): readonly [min: number, max: number] {
  const [above, below] = [numberIn(schema, 'exclusiveMinimum'), numberIn(schema, 'exclusiveMaximum')];
  const min = numberIn(schema, 'minimum') ?? (above === undefined ? -1_000 : above + 1);
  const max = numberIn(schema, 'maximum') ?? (below === undefined ? 1_000_000 : below - 1);
  return [min, Math.max(min, max)];
}

function lists(schema: Schema): fc.Arbitrary<unknown[]> {
  const items = valuesOf(schema.items ?? {});
  const minLength = numberIn(schema, 'minItems') ?? 0;
  const maxLength = Math.max(minLength, Math.min(numberIn(schema, 'maxItems') ?? 8, 40));
  return schema['uniqueItems'] === true
    ? fc.uniqueArray(items, { minLength, maxLength })
    : fc.array(items, { minLength, maxLength });
}

function objects(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, valuesOf(property)])),
    { requiredKeys: required.filter((name) => name in properties) },
  );
  if (!isRecord(additionalProperties)) return known;
  const others = fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), valuesOf(additionalProperties));
  return fc.tuple(others, known).map(([more, own]) => ({ ...more, ...own }));
}

function numberIn(schema: Schema, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === 'number' ? value : undefined;
}
