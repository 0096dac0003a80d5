import type { Type } from '@nestjs/common';
import type { InputError } from '../errors/domain.errors';
import { pointerTo } from './json-pointer';
import { boundOfList, tooManyEntries } from './list.decorator';

/** Request data without its too long lists, and an error for each of them. */
export interface CheckedLists {
  readonly rest: unknown;
  readonly errors: readonly InputError[];
}

const BUILT_IN: ReadonlySet<unknown> = new Set([Object, String, Number, Boolean, Array, Date]);

/**
 * Removes lists that are longer than the DTO allows from request data, at any depth, before any other check. It reads
 * only the length of such a list.
 */
export function setLongListsAside(value: unknown, dto: Type): CheckedLists {
  const errors: InputError[] = [];
  const rest = membersOf(value, dto, '#', errors);
  return { rest: errors.length === 0 ? value : rest, errors };
}

function membersOf(value: unknown, dto: Type, parent: string, errors: InputError[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (typeof member !== 'object' || member === null) return [[name, member] as const];
    const pointer = pointerTo(parent, name);
    if (Array.isArray(member)) {
      const list = listOf(member, { dto, name, pointer }, errors);
      return list === undefined ? [] : [[name, list] as const];
    }
    const nested = dtoOf(dto, name);
    return [[name, nested === undefined ? member : membersOf(member, nested, pointer, errors)] as const];
  });
  return Object.fromEntries(members);
}

/** Undefined for a list that is too long. */
function listOf(
  list: readonly unknown[],
  { dto, name, pointer }: { dto: Type; name: string; pointer: string },
  errors: InputError[],
): readonly unknown[] | undefined {
  const bound = boundOfList(dto, name);
  if (bound === undefined) return list;
  if (list.length > bound.max) {
    errors.push({ pointer, code: 'too-long', detail: tooManyEntries(bound) });
    return undefined;
  }
  const entryDto = bound.entryOf?.();
  if (entryDto === undefined) return list;
  return list.map((entry, at) => membersOf(entry, entryDto, pointerTo(pointer, String(at)), errors));
}

/** The DTO class that a property is declared with, if any. */
function dtoOf(dto: Type, property: string): Type | undefined {
  const declared: unknown = Reflect.getMetadata('design:type', dto.prototype as object, property);
  return typeof declared === 'function' && !BUILT_IN.has(declared) ? (declared as Type) : undefined;
}
