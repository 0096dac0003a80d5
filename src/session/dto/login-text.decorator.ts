import { applyDecorators } from '@nestjs/common';
import {
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import { MaxBytes } from '../../common/validation/text.decorator';
import type { Login } from '../domain/login';

type Form = 'code' | 'token';

interface LoginTextRule {
  /** The form of login that the field belongs to: an authorization code, or an ID token. */
  readonly form: Form;
  readonly maxBytes: number;
  readonly isOptional?: boolean;
  /** True if it may also come with a code. */
  readonly isOfEither?: boolean;
}

/** A string of one form of a login: required in its form, and forbidden in the other unless it belongs to either. */
export function LoginText({
  form,
  maxBytes,
  isOptional = false,
  isOfEither = false,
}: LoginTextRule): PropertyDecorator {
  return applyDecorators(
    ValidateIf((login: Login, value) => value !== undefined || (formOf(login) === form && !isOptional)),
    IsString({ message: 'must be a string' }),
    IsNotEmpty({ message: 'must not be empty' }),
    MaxBytes(maxBytes),
    ...(isOfEither ? [] : [IsOfForm(form)]),
  );
}

/** A number of seconds that may come with an authorization code. */
export function LoginSeconds(max: number): PropertyDecorator {
  const message = `must be a whole number from 0 to ${max}`;
  return applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    IsInt({ message }),
    Min(0, { message }),
    Max(max, { message }),
    IsOfForm('code'),
  );
}

function IsOfForm(form: Form): PropertyDecorator {
  return ValidateBy({
    name: 'belongsToTheLogin',
    validator: {
      validate: (_value, context?: ValidationArguments) => formOf(context?.object ?? {}) === form,
      defaultMessage: () => 'must be absent beside an ID token',
    },
  });
}

/** An ID token decides; a nonce alone counts as a login with a missing ID token. */
function formOf({ idToken, nonce, authCode, redirectUri }: Login): Form {
  if (idToken !== undefined) return 'token';
  return nonce === undefined || authCode !== undefined || redirectUri !== undefined ? 'code' : 'token';
}
