import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { MayBeAbsent } from './text.decorator';

const MAX_BYTES = 2048;

/**
 * Optional custom attributes: strings by name, within the size limit of Genesys Cloud. The bytes of all names and
 * values count. Validates and documents the property.
 */
export function AreCustomAttributes(): PropertyDecorator {
  const validation = ValidateBy({
    name: 'areCustomAttributes',
    validator: {
      validate: isSmallTextMap,
      defaultMessage: () => `must be strings by name, together at most ${MAX_BYTES} bytes`,
    },
  });
  const description = ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { orderNumber: '4711' },
  });
  return applyDecorators(description, MayBeAbsent(), validation);
}

function isSmallTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries: [string, unknown][] = Object.entries(value);
  const bytes = entries.reduce(
    (sum, [name, text]) =>
      sum +
      Buffer.byteLength(name) +
      (typeof text === 'string' ? Buffer.byteLength(text) : Number.POSITIVE_INFINITY),
    0,
  );
  return bytes <= MAX_BYTES;
}
