import { Dialog as Base } from '@base-ui/react/dialog';
import { XIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';

interface ModalContentProps extends ComponentProps<typeof Base.Popup> {
  /** Where the button that closes it stands. */
  closeClassName: string;
}

/** What dialogs and sheets have in common: everything else lies behind it, and a cross closes it. */
export function ModalContent({ closeClassName, children, ...props }: ModalContentProps) {
  return (
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-50 bg-black/50 transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
      <Base.Popup {...props}>
        {children}
        <Base.Close
          aria-label="Close"
          className={cn(
            'absolute rounded-sm p-1 opacity-70 outline-none hover:opacity-100 focus-visible:ring-[3px] focus-visible:ring-ring/50',
            closeClassName,
          )}
        >
          <XIcon className="size-4" aria-hidden />
        </Base.Close>
      </Base.Popup>
    </Base.Portal>
  );
}
