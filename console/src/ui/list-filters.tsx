/** Finds in a list and chooses among it, above the table; how many are left stands beside it. */
import { SelectField, TextField, type Choice } from './field.tsx';

interface ListFiltersProps<Value extends string> {
  find: {
    label: string;
    value: string;
    /** `undefined`: nothing is typed. */ onChange(text: string | undefined): void;
  };
  choice: {
    label: string;
    value: Value;
    /** Chosen where nothing is. */
    usual: Value;
    choices: readonly Choice[];
    onChange(value: string | undefined): void;
  };
  /** How many there are, in words. */
  count: string;
}

export function ListFilters<Value extends string>({ find, choice, count }: ListFiltersProps<Value>) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div className="w-56 max-w-full">
        <TextField
          hideLabel
          type="search"
          label={find.label}
          placeholder={find.label}
          value={find.value}
          onChange={({ target }) => find.onChange(target.value === '' ? undefined : target.value)}
        />
      </div>
      <div className="w-44 max-w-full">
        <SelectField
          hideLabel
          label={choice.label}
          value={choice.value}
          onChange={({ target }) => choice.onChange(target.value === choice.usual ? undefined : target.value)}
          choices={choice.choices}
        />
      </div>
      <p role="status" className="text-sm text-ink-muted">
        {count}
      </p>
    </div>
  );
}
