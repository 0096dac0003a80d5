import { applyDecorators } from '@nestjs/common';
import { IsNotEmpty, IsString, ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import { MaxBytes } from '../../common/validation/text.decorators';
import type { Login } from '../domain/login';

type Form = 'code' | 'token';

interface LoginTextRule {
  /** The form of login that the text belongs to: an authorization code, or an ID token. */
  readonly form: Form;
  readonly maxBytes: number;
  readonly isOptional?: boolean;
}

/** A text of one form of a login: it has to be there in its form, and must not be in the other. */
export function LoginText({ form, maxBytes, isOptional = false }: LoginTextRule): PropertyDecorator {
  return applyDecorators(
    ValidateIf((login: Login, value) => value !== undefined || (formOf(login) === form && !isOptional)),
    IsString({ message: 'must be a string' }),
    IsNotEmpty({ message: 'must not be empty' }),
    MaxBytes(maxBytes),
    ValidateBy({
      name: 'belongsToTheLogin',
      validator: {
        validate: (_value, context?: ValidationArguments) => formOf(context?.object ?? {}) === form,
        defaultMessage: () => 'must be absent beside an ID token',
      },
    }),
  );
}

/** Whoever brings anything of an ID token is taken at its word. */
function formOf({ idToken, nonce }: Login): Form {
  return idToken === undefined && nonce === undefined ? 'code' : 'token';
}
