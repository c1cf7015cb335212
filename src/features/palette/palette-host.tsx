import { useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { visibleSections } from '../../components/navigation-items';
import { pressEarlyKeys } from '../../lib/early-keys';
import { lazyPart } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { onPaletteAsked } from '../../lib/palette-signal';
import { useShortcuts } from '../../lib/shortcuts';
import { beginTypeAhead, endTypeAhead } from '../../lib/type-ahead';

const Palette = lazyPart(async () => (await import('./palette')).Palette);
const ShortcutHelp = lazyPart(async () => (await import('./shortcut-help')).ShortcutHelp);

type Open = 'palette' | 'help';

/** The command palette and the help of the keyboard, wherever one is in the app. */
export function PaletteHost() {
  const [open, setOpen] = useState<Open>();
  const navigate = useNavigate();
  const actor = actorOf(useViewer());
  useEffect(() => onPaletteAsked(() => setOpen('palette')), []);
  useEffect(() => {
    if (open !== 'palette') endTypeAhead();
  }, [open]);
  const pages = visibleSections(actor).flatMap(({ items }) => items);
  useShortcuts([
    {
      keys: 'mod+k',
      label: 'Find anything',
      group: 'Everywhere',
      run: () => {
        if (open !== 'palette') beginTypeAhead();
        setOpen(open === 'palette' ? undefined : 'palette');
      },
    },
    { keys: '?', label: 'This help', group: 'Everywhere', run: () => setOpen('help') },
    ...pages.map(({ to, label, key }) => ({
      keys: `g ${key}`,
      label: `Go to ${label}`,
      group: 'Everywhere',
      run: () => void navigate({ to }),
    })),
  ]);
  // After the effect that makes the shortcuts listen.
  useEffect(() => pressEarlyKeys(), []);
  const onOpenChange = (next: boolean) => {
    if (!next) setOpen(undefined);
  };
  return (
    <Suspense>
      {open === 'palette' && <Palette onOpenChange={onOpenChange} onHelp={() => setOpen('help')} />}
      {open === 'help' && <ShortcutHelp onOpenChange={onOpenChange} />}
    </Suspense>
  );
}
