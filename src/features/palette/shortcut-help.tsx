import { useState } from 'react';
import { Keys } from '../../components/keys';
import { Dialog, DialogContent, DialogTitle } from '../../components/ui/dialog';
import { activeShortcuts, type Shortcut } from '../../lib/shortcuts';

function grouped(shortcuts: readonly Shortcut[]): Map<string, Shortcut[]> {
  const groups = new Map<string, Shortcut[]>();
  for (const one of shortcuts) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}

/** What the keyboard does on this page, read from what is listening right now. */
export function ShortcutHelp({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const [groups] = useState(() => grouped(activeShortcuts()));
  return (
    <Dialog open onOpenChange={onOpenChange}>
      <DialogContent className="max-w-lg">
        <DialogTitle>Keyboard shortcuts</DialogTitle>
        {[...groups].map(([group, shortcuts]) => (
          <section key={group} aria-label={group} className="grid gap-1">
            <h3 className="text-xs font-medium text-muted-foreground">{group}</h3>
            <dl className="grid gap-1 text-sm">
              {shortcuts.map(({ keys, label }) => (
                <div key={keys + label} className="flex items-center justify-between gap-4">
                  <dt>{label}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogContent>
    </Dialog>
  );
}
