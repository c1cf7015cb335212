import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';

export const TooltipProvider = Base.Provider;

interface TooltipProps {
  content: ReactNode;
  /** The element that is explained; it gets the handlers. */
  children: ReactElement<Record<string, unknown>>;
}

/** Explains an element on hover and focus. Never the only place of something that must be known. */
export function Tooltip({ content, children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-50">
          <Base.Popup className="popup-motion max-w-72 rounded-md bg-foreground px-2.5 py-1.5 text-xs text-balance text-background shadow-md">
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
