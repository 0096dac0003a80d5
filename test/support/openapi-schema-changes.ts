/** The parts of a dereferenced JSON schema that the comparison reads. */
export interface Schema {
  readonly type?: unknown;
  readonly nullable?: unknown;
  readonly enum?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly [keyword: string]: unknown;
}

export interface SchemaChange {
  readonly at: string;
  readonly what: string;
}

/** The keywords for lower and upper bounds of a schema. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/** Returns the values that callers may have sent so far and that are not accepted any more. */
export function inputChanges(old: Schema, next: Schema, at: string): SchemaChange[] {
  const lost = missingTypes(typesOf(old), typesOf(next));
  return [
    ...lost.map((type) => ({ at, what: `may be ${type} no longer` })),
    ...lostValues(old, next, at),
    ...narrowedBounds(old, next, at),
    ...textRules(old, next, at),
    ...otherAlternatives(old, next, at),
    ...inputProperties(old, next, at),
    ...childChanges(old, next, at, inputChanges),
  ];
}

/** Returns the parts of an answer that callers rely on and that may be absent now, or that they do not expect. */
export function outputChanges(old: Schema, next: Schema, at: string): SchemaChange[] {
  const added = missingTypes(typesOf(next), typesOf(old));
  const stillThere = new Set(next.required);
  const unsure = (old.required ?? []).filter(
    (name) => !stillThere.has(name) && next.properties?.[name] !== undefined,
  );
  const gone = missing(Object.keys(old.properties ?? {}), Object.keys(next.properties ?? {}));
  return [
    ...added.map((type) => ({ at, what: `may be ${type}` })),
    ...(old.enum !== undefined && next.enum === undefined ? [{ at, what: 'may be any value' }] : []),
    ...(old.format !== undefined && old.format !== next.format
      ? [{ at, what: `is no longer a ${old.format}` }]
      : []),
    ...otherAlternatives(old, next, at),
    ...gone.map((name) => ({ at: `${at}.${name}`, what: 'is gone' })),
    ...unsure.map((name) => ({ at: `${at}.${name}`, what: 'may be absent' })),
    ...childChanges(old, next, at, outputChanges),
  ];
}

function inputProperties(old: Schema, next: Schema, at: string): SchemaChange[] {
  const known = old.properties ?? {};
  const gone = missing(Object.keys(known), Object.keys(next.properties ?? {}));
  const demanded = missing(next.required ?? [], old.required ?? []);
  const closes = old.additionalProperties !== false && next.additionalProperties === false;
  return [
    // Unknown fields are refused, so a removed field is a breaking change.
    ...gone.map((name) => ({ at: `${at}.${name}`, what: 'is gone' })),
    ...demanded.map((name) => ({
      at: `${at}.${name}`,
      what: known[name] === undefined ? 'is new and required' : 'is required',
    })),
    ...(closes ? [{ at, what: 'may have no other fields any more' }] : []),
  ];
}

function lostValues(old: Schema, next: Schema, at: string): SchemaChange[] {
  if (!Array.isArray(next.enum)) return [];
  if (!Array.isArray(old.enum)) return [{ at, what: 'may be some values only' }];
  return missing(old.enum.map(String), next.enum.map(String)).map((value) => ({
    at,
    what: `may be "${value}" no longer`,
  }));
}

function narrowedBounds(old: Schema, next: Schema, at: string): SchemaChange[] {
  const number = (value: unknown, otherwise: number): number =>
    typeof value === 'number' ? value : otherwise;
  const raised = LOWER.filter((key) => number(next[key], -Infinity) > number(old[key], -Infinity));
  const lowered = UPPER.filter((key) => number(next[key], Infinity) < number(old[key], Infinity));
  return [...raised, ...lowered].map((key) => ({ at, what: `has a narrower ${key}` }));
}

/** Patterns cannot be compared, so another pattern is a change. */
function textRules(old: Schema, next: Schema, at: string): SchemaChange[] {
  return (['format', 'pattern'] as const)
    .filter((key) => next[key] !== undefined && next[key] !== old[key])
    .map((key) => ({ at, what: `must have the ${key} ${next[key] ?? ''}` }));
}

function childChanges(
  old: Schema,
  next: Schema,
  at: string,
  compare: (old: Schema, next: Schema, at: string) => SchemaChange[],
): SchemaChange[] {
  const common = Object.entries(old.properties ?? {}).flatMap(([name, property]) => {
    const other = next.properties?.[name];
    return other === undefined ? [] : compare(property, other, `${at}.${name}`);
  });
  const items = old.items === undefined ? [] : compare(old.items, next.items ?? {}, `${at}[]`);
  const [more, moreNow] = [old.additionalProperties, next.additionalProperties];
  const others = isSchema(more) && isSchema(moreNow) ? compare(more, moreNow, `${at}.*`) : [];
  return [...common, ...items, ...others];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

/** A schema without a type allows any type; every integer is a number. */
function typesOf({ type, nullable }: Schema): string[] {
  const named = Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : [];
  if (named.length === 0) return ['anything'];
  const wide = named.includes('number') ? ['integer'] : [];
  return [...named, ...wide, ...(nullable === true ? ['null'] : [])];
}

function missingTypes(wanted: readonly string[], there: readonly string[]): string[] {
  return there.includes('anything') ? [] : missing(wanted, there);
}

function missing(wanted: readonly string[], there: readonly string[]): string[] {
  return wanted.filter((entry) => !there.includes(entry));
}

/** Alternatives are not compared, so other alternatives are a change. */
function otherAlternatives(old: Schema, next: Schema, at: string): SchemaChange[] {
  return ['oneOf', 'anyOf', 'not', 'const']
    .filter((key) => JSON.stringify(old[key]) !== JSON.stringify(next[key]))
    .map((key) => ({ at, what: `has another ${key}` }));
}
