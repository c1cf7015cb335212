import { Select as Base } from '@base-ui/react/select';
import { CheckIcon, ChevronDownIcon } from 'lucide-react';
import { cn } from '../../lib/cn';

export interface SelectOption<V extends string> {
  value: V;
  label: string;
}

interface SelectProps<V extends string> {
  label: string;
  value: V;
  options: readonly SelectOption<V>[];
  onChange: (value: V) => void;
  className?: string;
}

/** A choice of one from a short list; `label` is its accessible name. */
export function Select<V extends string>({
  label,
  value,
  options,
  onChange,
  className,
}: SelectProps<V>) {
  return (
    <Base.Root
      items={options}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
    >
      <Base.Trigger
        aria-label={label}
        className={cn(
          'flex h-9 items-center justify-between gap-2 rounded-md border border-input bg-background px-3 text-sm whitespace-nowrap shadow-xs transition-colors outline-none hover:bg-accent focus-visible:border-ring focus-visible:ring-[3px] focus-visible:ring-ring/50',
          className,
        )}
      >
        <Base.Value />
        <Base.Icon className="text-muted-foreground">
          <ChevronDownIcon className="size-4" aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup className="popup-motion max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-lg border bg-popover p-1 shadow-lg outline-none">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="relative flex items-center rounded-sm py-1.5 pr-8 pl-2 text-sm outline-none select-none data-[highlighted]:bg-accent data-[highlighted]:text-accent-foreground"
              >
                <Base.ItemText>{option.label}</Base.ItemText>
                <Base.ItemIndicator className="absolute right-2 flex items-center">
                  <CheckIcon className="size-4" aria-hidden />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
