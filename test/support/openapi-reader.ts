import type { Schema } from './openapi-schema-changes';

export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads an OpenAPI 3.1 document and resolves its references. */
export class OpenApiReader {
  constructor(private readonly document: Json) {}

  get paths(): Readonly<Record<string, Json>> {
    return recordsIn(this.document['paths']);
  }

  /** Returns the target of a reference, and any other part unchanged; throws for an unresolvable reference. */
  resolve(value: unknown): Json | undefined {
    if (!isRecord(value)) return undefined;
    const reference = value['$ref'];
    if (typeof reference !== 'string') return value;
    let found: unknown = this.document;
    for (const step of reference.replace(/^#\//, '').split('/'))
      found = isRecord(found) ? found[step] : undefined;
    if (!isRecord(found)) throw new Error(`${reference} leads nowhere`);
    return this.resolve(found);
  }

  /** Parameters by place and name, such as `query limit`. Header names are case-insensitive. */
  parametersOf(operation: Json): Map<string, Json> {
    const listed: unknown[] = Array.isArray(operation['parameters']) ? operation['parameters'] : [];
    return new Map(
      listed.flatMap((entry) => {
        const parameter = this.resolve(entry);
        if (parameter === undefined) return [];
        const [place, name] = [String(parameter['in']), String(parameter['name'])];
        return [[`${place} ${place === 'header' ? name.toLowerCase() : name}`, parameter]];
      }),
    );
  }

  responsesOf(operation: Json): Map<string, Json> {
    const responses = isRecord(operation['responses']) ? operation['responses'] : {};
    return new Map(
      Object.entries(responses).map(([status, response]) => [status, this.resolve(response) ?? {}]),
    );
  }

  /** Returns the schemas of a body by media type. */
  contentOf(body: Json): Map<string, Schema> {
    return new Map(
      Object.entries(recordsIn(body['content'])).map(([type, content]) => [type, this.schemaOf(content)]),
    );
  }

  schemaOf(holder: Json): Schema {
    return this.expand(holder['schema'], []);
  }

  /** Returns a schema with all references resolved; a recursive one is not expanded a second time. */
  private expand(schema: unknown, within: readonly string[]): Schema {
    if (!isRecord(schema)) return {};
    const reference = schema['$ref'];
    if (typeof reference === 'string' && within.includes(reference)) return {};
    const inside = typeof reference === 'string' ? [...within, reference] : within;
    const { allOf, properties, items, additionalProperties, ...rest } = this.resolve(schema) ?? {};
    const parts = Array.isArray(allOf) ? allOf.map((part) => this.expand(part, inside)) : [];
    const own: Schema = {
      ...rest,
      ...(isRecord(properties) ? { properties: this.expandAll(properties, inside) } : {}),
      ...(items === undefined ? {} : { items: this.expand(items, inside) }),
      ...(isRecord(additionalProperties)
        ? { additionalProperties: this.expand(additionalProperties, inside) }
        : { additionalProperties }),
    };
    return parts.reduce(merged, own);
  }

  private expandAll(properties: Json, within: readonly string[]): Record<string, Schema> {
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, this.expand(property, within)]),
    );
  }
}

function recordsIn(value: unknown): Record<string, Json> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => (isRecord(entry) ? [[name, entry]] : [])),
  );
}

function merged(one: Schema, other: Schema): Schema {
  return {
    ...other,
    ...one,
    properties: { ...other.properties, ...one.properties },
    required: [...(other.required ?? []), ...(one.required ?? [])],
  };
}
