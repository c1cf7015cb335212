import { AlertDialog as Base } from '@base-ui/react/alert-dialog';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';

export const AlertDialog = Base.Root;
export const AlertDialogClose = Base.Close;

export function AlertDialogContent({ className, ...props }: ComponentProps<typeof Base.Popup>) {
  return (
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-50 bg-black/50 transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
      <Base.Popup
        className={cn(
          'popup-motion fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-4 overflow-y-auto rounded-xl border bg-popover p-6 shadow-xl outline-none',
          className,
        )}
        {...props}
      />
    </Base.Portal>
  );
}

export function AlertDialogTitle({ className, ...props }: ComponentProps<typeof Base.Title>) {
  return <Base.Title className={cn('text-lg leading-snug font-semibold', className)} {...props} />;
}

export function AlertDialogDescription({
  className,
  ...props
}: ComponentProps<typeof Base.Description>) {
  return <Base.Description className={cn('text-sm text-muted-foreground', className)} {...props} />;
}

export function AlertDialogFooter({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      className={cn('flex flex-col-reverse gap-2 sm:flex-row sm:justify-end', className)}
      {...props}
    />
  );
}
