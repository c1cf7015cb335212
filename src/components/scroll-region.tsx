import type { ReactNode } from 'react';
import { cn } from '../lib/cn';

/** Content wider than a phone, which scrolls by itself and so takes the focus for the arrow keys. */
export function ScrollRegion({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else no key could scroll it
      tabIndex={0}
      className={cn(
        'overflow-x-auto outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50',
        className,
      )}
    >
      {children}
    </section>
  );
}
