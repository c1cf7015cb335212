import { Toaster as Sonner } from 'sonner';
import { useTheme } from '../../lib/theme';

/** Short messages about what was done; errors stay until they were read. */
export function Toaster() {
  const { resolved } = useTheme();
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
