import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { InvalidRequestError } from '../../src/common/errors/invalid-request.errors';
import { boundOfList } from '../../src/common/validation/list.decorator';
import { StrictValidationPipe } from '../../src/common/validation/validation-pipe';

const root = join(__dirname, '../..');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => join(root, 'src', name));
const dtos = sources.filter((path) => path.endsWith('.dto.ts')).flatMap(classesIn);
const lists = dtos.flatMap((dto) =>
  listsOf(dto).map((property) => [`${dto.name}.${property}`, dto, property] as const),
);

function classesIn(path: string): Type[] {
  const exported = Object.values(jest.requireActual<Record<string, unknown>>(path));
  return exported.filter((value): value is Type => typeof value === 'function' && value.name.endsWith('Dto'));
}

/** Properties that are declared as lists or have a rule for each entry. */
function listsOf(dto: Type): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  const names = rules
    .filter(({ each, propertyName }) => each || typeOf(dto, propertyName) === Array)
    .map(({ propertyName }) => propertyName);
  return [...new Set(names)];
}

function typeOf(dto: Type, property: string): unknown {
  return Reflect.getMetadata('design:type', dto.prototype as object, property);
}

/** A list that throws when one of its entries is read. */
function untouchable(length: number): unknown[] {
  return new Proxy<unknown[]>(new Array(length), {
    get: (target, key) => {
      if (key === 'length') return target.length;
      throw new Error(`${String(key)} was looked at`);
    },
  });
}

describe('the lists of DTOs', () => {
  it('exist', () => {
    expect(dtos.length).toBeGreaterThan(8);
    expect(lists.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'OpenSessionDto.capabilities',
        'SendMessageDto.attachmentIds',
        'SendMessageDto.attachments',
        'SendMessageDto.buttonResponses',
      ]),
    );
  });

  it.each(lists)('have a bound: %s', (_name, dto, property) => {
    expect(boundOfList(dto, property)?.max).toBeLessThanOrEqual(200);
  });

  it.each(lists)(
    'are refused beyond their bound before any entry is read: %s',
    async (_name, dto, property) => {
      const max = boundOfList(dto, property)?.max ?? 0;
      const body = { [property]: untouchable(max + 1) };

      const refusal: unknown = await new StrictValidationPipe()
        .transform(body, { type: 'body', metatype: dto })
        .catch((error: unknown) => error);

      expect(refusal).toBeInstanceOf(InvalidRequestError);
      expect((refusal as InvalidRequestError).errors).toContainEqual(
        expect.objectContaining({ pointer: `#/${property}`, code: 'too-long' }),
      );
    },
  );

  it('declare bounds and uniqueness by one decorator', () => {
    const direct = sources.filter((path) =>
      /^import [^;]*\b(IsArray|ArrayMaxSize|ArrayUnique)\b[^;]*from 'class-validator'/m.test(
        readFileSync(path, 'utf8'),
      ),
    );

    expect(direct.map((path) => relative(root, path))).toEqual(['src/common/validation/list.decorator.ts']);
  });
});
