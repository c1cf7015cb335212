import { useEffect } from 'react';
import { toast, Toaster as Sonner } from 'sonner';
import { takeNotifications } from '../../lib/notify';
import { useTheme } from '../../lib/theme';

/** Shows what `notify` sends. */
export function Toaster() {
  const { resolved } = useTheme();
  useEffect(
    () => takeNotifications(({ kind, title, description }) => toast[kind](title, { description })),
    [],
  );
  return (
    <Sonner
      theme={resolved}
      position="bottom-right"
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
