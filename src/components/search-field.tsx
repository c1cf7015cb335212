import { useEffect, useRef, useState, type ReactNode } from 'react';
import { cn } from '../lib/cn';
import { searchLengthMax } from '../shared/people';
import { Input } from './ui/input';

/** Long enough that a fast typist asks once, short enough to feel immediate. */
const debounceMs = 150;

interface SearchFieldProps {
  id?: string;
  label: string;
  icon: ReactNode;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}

/** Searches as one types. What is typed is kept here; `value` wins when it changes from outside. */
export function SearchField({ id, label, icon, value, onChange, className }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by something else than this field: a link, Back, Clear.
  if (value !== seen) {
    setSeen(value);
    if (value !== text.trim()) setText(value);
  }
  // What else was chosen while it waited is not taken back by it.
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setSeen(next.trim());
      latest.current(next.trim());
    }, debounceMs);
  };
  return (
    <div className={cn('relative', className)}>
      <span className="pointer-events-none absolute inset-y-0 left-0 flex w-9 items-center justify-center text-muted-foreground [&_svg]:size-4">
        {icon}
      </span>
      <Input
        id={id}
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        maxLength={searchLengthMax}
        value={text}
        onChange={(event) => change(event.target.value)}
        className="pl-9"
      />
    </div>
  );
}
