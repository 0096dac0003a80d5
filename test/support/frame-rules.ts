import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

/** Checks frames against one JSON Schema for each kind: its class or its action. */
export class FrameRules {
  private readonly validators: ReadonlyMap<string, ValidateFunction>;

  constructor(schemas: Readonly<Record<string, object>>) {
    // A tagged alternative narrows the object of the surrounding schema, which the strict checks report as an error.
    const ajv = new Ajv2020({ discriminator: true, allErrors: true, strictTypes: false });
    addFormats(ajv);
    this.validators = new Map(
      Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile(schema)] as const),
    );
  }

  /** Returns the deviations of a frame from its schema, or undefined. */
  breach(kind: string, frame: unknown): string | undefined {
    const validate = this.validators.get(kind);
    if (validate === undefined) return `There is no frame "${kind}"`;
    if (validate(frame)) return undefined;
    return (validate.errors ?? [])
      .map(({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
      .join('\n');
  }
}
