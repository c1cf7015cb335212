import { Dialog as Base } from '@base-ui/react/dialog';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';
import { ModalContent } from './modal';

export const Sheet = Base.Root;
export const SheetTitle = Base.Title;

/** A panel that slides in from the left: the navigation on a phone. */
export function SheetContent({ className, ...props }: ComponentProps<typeof Base.Popup>) {
  return (
    <ModalContent
      closeClassName="top-3.5 right-3"
      className={cn(
        'fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col border-r bg-sidebar shadow-xl transition-transform duration-200 outline-none data-[ending-style]:-translate-x-full data-[starting-style]:-translate-x-full',
        className,
      )}
      {...props}
    />
  );
}
