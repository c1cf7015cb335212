import { Dialog as Base } from '@base-ui/react/dialog';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';
import { ModalContent } from './modal';

export const Dialog = Base.Root;

export function DialogContent({ className, ...props }: ComponentProps<typeof Base.Popup>) {
  return (
    <ModalContent
      closeClassName="top-4 right-4"
      className={cn(
        'popup-motion fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-4 overflow-y-auto rounded-xl border bg-popover p-6 shadow-xl outline-none',
        className,
      )}
      {...props}
    />
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
