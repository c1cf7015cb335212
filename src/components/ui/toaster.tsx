import { useEffect } from 'react';
import { toast, Toaster as Sonner } from 'sonner';
import { takeNotifications } from '../../lib/notify';
import { useTheme } from '../../lib/theme';

/** How long a message with something to press stays. */
const actionShownMs = 10_000;

/** Shows what `notify` sends. */
export function Toaster() {
  const { resolved } = useTheme();
  useEffect(
    () =>
      takeNotifications(({ kind, title, description, action }) =>
        toast[kind](title, {
          description,
          // What can be undone stays long enough to be read and reached by keyboard.
          ...(action && {
            action: { label: action.label, onClick: action.run },
            duration: actionShownMs,
          }),
        }),
      ),
    [],
  );
  return (
    <Sonner
      theme={resolved}
      // Below, messages would lie over the menus of the last rows, and stay while pointed at.
      position="top-center"
      closeButton
      toastOptions={{
        classNames: {
          toast: '!bg-popover !text-foreground !border-border !shadow-lg !rounded-lg',
          description: '!text-muted-foreground',
        },
      }}
    />
  );
}
