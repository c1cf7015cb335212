import { Dialog as Base } from '@base-ui/react/dialog';
import { XIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';

export const Dialog = Base.Root;

export function DialogContent({
  className,
  children,
  ...props
}: ComponentProps<typeof Base.Popup>) {
  return (
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-50 bg-black/50 transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
      <Base.Popup
        className={cn(
          'popup-motion fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-4 overflow-y-auto rounded-xl border bg-popover p-6 shadow-xl outline-none',
          className,
        )}
        {...props}
      >
        {children}
        <Base.Close
          aria-label="Close"
          className="absolute top-4 right-4 rounded-sm p-1 opacity-70 outline-none hover:opacity-100 focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          <XIcon className="size-4" aria-hidden />
        </Base.Close>
      </Base.Popup>
    </Base.Portal>
  );
}

export function DialogTitle({ className, ...props }: ComponentProps<typeof Base.Title>) {
  return (
    <Base.Title className={cn('pr-6 text-lg leading-snug font-semibold', className)} {...props} />
  );
}

export function DialogDescription({
  className,
  ...props
}: ComponentProps<typeof Base.Description>) {
  return <Base.Description className={cn('text-sm text-muted-foreground', className)} {...props} />;
}
