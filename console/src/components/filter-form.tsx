import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { ReactElement, SubmitEvent } from 'react';
import { wordsOf } from '../format/figures';
import { hrefOf, type PageName } from '../router/route';
import { navigate } from '../router/use-route';

export interface FilterField {
  /** The name of the parameter in the address. */
  readonly name: string;
  readonly label: string;
  /** Absent: a text field. */
  readonly options?: readonly string[];
  readonly type?: 'text' | 'datetime-local';
}

interface FilterFormProps {
  readonly page: PageName;
  readonly id?: string;
  readonly fields: readonly FilterField[];
  readonly values: Readonly<Record<string, string>>;
}

/** Filters of a list. They are kept in the address, so that a filtered list can be shared. */
export function FilterForm({ page, id, fields, values }: FilterFormProps): ReactElement {
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    navigate(hrefOf(page, id, Object.fromEntries(entries.map(([name, value]) => [name, value.trim()]))));
  };
  return (
    <form
      role="search"
      aria-label="Filters"
      onSubmit={submit}
      key={JSON.stringify(values)}
      className="filters"
    >
      {fields.map((field) => (
        <Field key={field.name} field={field} value={values[field.name] ?? ''} />
      ))}
      <div className="filters-buttons">
        <Button type="submit" size="xs">
          Apply filters
        </Button>
        <Button size="xs" variant="default" onClick={() => navigate(hrefOf(page, id))}>
          Clear
        </Button>
      </div>
    </form>
  );
}

function Field({ field, value }: { readonly field: FilterField; readonly value: string }): ReactElement {
  const { name, label, options, type = 'text' } = field;
  if (options === undefined)
    return (
      <TextInput size="xs" name={name} label={label} type={type} defaultValue={value} autoComplete="off" />
    );
  return (
    <NativeSelect
      size="xs"
      name={name}
      label={label}
      defaultValue={value}
      data={[
        { value: '', label: 'Any' },
        ...options.map((option) => ({ value: option, label: wordsOf(option) })),
      ]}
    />
  );
}
