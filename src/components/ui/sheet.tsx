import { Dialog as Base } from '@base-ui/react/dialog';
import { XIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';

export const Sheet = Base.Root;
export const SheetTitle = Base.Title;

/** A panel that slides in from the left: the navigation on a phone. */
export function SheetContent({ className, children, ...props }: ComponentProps<typeof Base.Popup>) {
  return (
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-50 bg-black/50 transition-opacity duration-200 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
      <Base.Popup
        className={cn(
          'fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col border-r bg-sidebar shadow-xl transition-transform duration-200 outline-none data-[ending-style]:-translate-x-full data-[starting-style]:-translate-x-full',
          className,
        )}
        {...props}
      >
        {children}
        <Base.Close
          aria-label="Close"
          className="absolute top-3.5 right-3 rounded-sm p-1 opacity-70 outline-none hover:opacity-100 focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          <XIcon className="size-4" aria-hidden />
        </Base.Close>
      </Base.Popup>
    </Base.Portal>
  );
}
