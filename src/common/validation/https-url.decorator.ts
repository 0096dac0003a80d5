import { ValidateBy, type ValidationOptions } from 'class-validator';
import { parseUrl } from '../http/parse-url';

/** An absolute https URL without user and password, of at most `max` characters. It is not resolved. */
export function IsHttpsUrl(max: number, options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isHttpsUrl',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && value.length <= max && isHttpsUrl(value),
        defaultMessage: () => `must be an https URL without user and password, of at most ${max} characters`,
      },
    },
    options,
  );
}

/** The parser ignores line breaks, tabs and spaces around a URL; another parser may not. */
function isHttpsUrl(text: string): boolean {
  if (!/^https:\/\/[^\s\p{Cc}]+$/iu.test(text)) return false;
  const url = parseUrl(text);
  return url?.username === '' && url.password === '';
}
