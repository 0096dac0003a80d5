import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { isRecord, type Json } from '../openapi-reader';
import type { Schema } from '../openapi-schema-changes';

/** JSON against the schemas of a description. A property that a schema does not name is as wrong as one of a wrong type. */
export class SchemaRules {
  private readonly ajv = addFormats(new Ajv2020({ strict: false, logger: false }));
  private readonly compiled = new WeakMap<Schema, ValidateFunction>();

  constructor(private readonly document: Json) {}

  /** What is wrong with a value; undefined when nothing is. */
  breach(schema: Schema, value: unknown): string | undefined {
    const validate = this.compiled.get(schema) ?? this.compile(schema);
    return validate(value) ? undefined : this.ajv.errorsText(validate.errors, { dataVar: '' });
  }

  private compile(schema: Schema): ValidateFunction {
    // What is referred to from within alternatives is looked up where the description keeps it.
    const validate = this.ajv.compile({ ...closed(schema), components: this.document['components'] });
    this.compiled.set(schema, validate);
    return validate;
  }
}

function closed(schema: Schema): Schema {
  const { properties, items, additionalProperties, ...rest } = schema;
  const isClosed = properties !== undefined && additionalProperties === undefined;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: closedAll(properties) }),
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(isClosed ? { additionalProperties: false } : {}),
    ...(isRecord(additionalProperties) ? { additionalProperties: closed(additionalProperties) } : {}),
  };
}

function closedAll(properties: Readonly<Record<string, Schema>>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, closed(property)]));
}
