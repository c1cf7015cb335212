import { ChevronDownIcon } from 'lucide-react';
import { cn } from '../../lib/cn';

export interface SelectOption<V extends string> {
  value: V;
  label: string;
}

interface NativeSelectProps<V extends string> {
  id?: string;
  label: string;
  value: V;
  options: readonly SelectOption<V>[];
  onChange: (value: V) => void;
  className?: string;
}

/**
 * A choice of one from a short list; `label` is its accessible name. The browser's own control: it
 * is at home on a phone, and costs the page no script.
 */
export function NativeSelect<V extends string>({
  id,
  label,
  value,
  options,
  onChange,
  className,
}: NativeSelectProps<V>) {
  return (
    <span className={cn('relative inline-flex', className)}>
      <select
        id={id}
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen) onChange(chosen.value);
        }}
        className="h-9 w-full cursor-pointer appearance-none rounded-md border border-input bg-background pr-9 pl-3 text-sm shadow-xs transition-colors outline-none hover:bg-accent focus-visible:border-ring focus-visible:ring-[3px] focus-visible:ring-ring/50"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} className="bg-popover text-foreground">
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDownIcon
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-muted-foreground"
      />
    </span>
  );
}
