import { applyDecorators, type Type } from '@nestjs/common';
import { Type as Holds } from 'class-transformer';
import { ArrayMaxSize, IsArray, ValidateBy, ValidateNested } from 'class-validator';

/** The maximum length of a DTO's list, and the DTO class of its entries, if any. */
export interface ListBound {
  readonly max: number;
  readonly entryOf?: () => Type;
}

const BOUND = 'validation:list-bound';

/**
 * A list of at most `max` entries; with `entryOf`, of DTOs. The validation pipe refuses a longer list by its length
 * alone, without reading its entries or applying its other rules.
 */
export function BoundedList(max: number, entryOf?: () => Type): PropertyDecorator {
  const bound: ListBound = entryOf === undefined ? { max } : { max, entryOf };
  const rules = [
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(max, { message: tooManyEntries(bound) }),
    ...(entryOf === undefined
      ? []
      : [ValidateNested({ each: true, message: 'must be an object' }), Holds(entryOf)]),
  ];
  return applyDecorators(
    (target: object, property: string | symbol) => {
      Reflect.defineMetadata(BOUND, bound, target, property);
    },
    ...rules,
  );
}

/** The bound of a DTO's list, also of an inherited one; undefined for any other property. */
export function boundOfList(dto: Type, property: string): ListBound | undefined {
  return Reflect.getMetadata(BOUND, dto.prototype as object, property) as ListBound | undefined;
}

export function tooManyEntries({ max }: ListBound): string {
  return `must have at most ${max} entries`;
}

/** A list without duplicate strings or numbers. Linear, unlike the constraint of class-validator. */
export function UniqueEntries(message: string): PropertyDecorator {
  return ValidateBy({
    name: 'arrayUnique',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && new Set(value).size === value.length,
      defaultMessage: () => message,
    },
  });
}
