import { Sheet, SheetContent, SheetTitle } from '../../components/ui/sheet';
import type { Viewer } from '../../lib/live';
import { Brand } from './brand';
import { Navigation } from './navigation';

interface NavigationSheetProps {
  viewer: Viewer;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** The navigation on a phone. */
export function NavigationSheet({ viewer, open, onOpenChange }: NavigationSheetProps) {
  return (
    <Sheet open={open} onOpenChange={onOpenChange}>
      <SheetContent>
        <SheetTitle className="sr-only">Navigation</SheetTitle>
        <Brand />
        <Navigation viewer={viewer} onNavigate={() => onOpenChange(false)} />
      </SheetContent>
    </Sheet>
  );
}
