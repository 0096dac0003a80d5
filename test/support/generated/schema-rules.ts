import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { isRecord, type Json } from '../openapi-reader';
import type { Schema } from '../openapi-schema-changes';

/** Checks JSON against the schemas of a description. A property that a schema does not name is an error. */
export class SchemaRules {
  private readonly ajv = addFormats(new Ajv2020({ strict: false, logger: false }));
  private readonly compiled = new WeakMap<Schema, ValidateFunction>();

  constructor(private readonly document: Json) {}

  /** Returns the errors of a value, or undefined. */
  breach(schema: Schema, value: unknown): string | undefined {
    const validate = this.compiled.get(schema) ?? this.compile(schema);
    return validate(value) ? undefined : this.ajv.errorsText(validate.errors, { dataVar: '' });
  }

  private compile(schema: Schema): ValidateFunction {
    // References within alternatives are resolved in the description.
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
