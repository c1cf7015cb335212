import { convexQuery } from '@convex-dev/react-query';
import { useQuery } from '@tanstack/react-query';
import { createContext, Suspense, useCallback, useContext, useState, type ReactNode } from 'react';
import { api } from '../../../convex/_generated/api';
import { lazyPart } from '../../lib/lazy-part';
import type { Role } from '../../shared/roles';
import type { AccessAction } from './access-action';
import type { UserRow } from './queries';

// Each comes with the first menu item that asks for it, together with the command client.
const ChangeRoleDialog = lazyPart(
  async () => (await import('./change-role-dialog')).ChangeRoleDialog,
);
const EditNameDialog = lazyPart(async () => (await import('./edit-name-dialog')).EditNameDialog);
const AccessDialog = lazyPart(async () => (await import('./access-dialog')).AccessDialog);
const DeleteDialog = lazyPart(async () => (await import('./delete-dialog')).DeleteDialog);

/** What somebody is about to do to a person. */
export type Intention = { kind: 'role'; role: Role } | { kind: 'name' } | { kind: AccessAction };

/** Asks for a confirmation; nothing has happened yet. */
type Ask = (user: UserRow, intention: Intention) => void;

const AskContext = createContext<Ask | null>(null);

export function useAsk(): Ask {
  const ask = useContext(AskContext);
  if (!ask) throw new Error('useAsk is for rows inside RowDialogs');
  return ask;
}

interface Asked {
  user: UserRow;
  intention: Intention;
  /** Tells one asking from the next: no dialog opens with what was left in it. */
  number: number;
}

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** The dialog shows the person as they are now, wherever their row has gone meanwhile. */
function DialogFor({ asked, ...props }: DialogProps & { asked: Asked }) {
  const { data } = useQuery(convexQuery(api.users.get, { userId: asked.user._id }));
  const user = data ?? asked.user;
  const { intention } = asked;
  switch (intention.kind) {
    case 'role':
      return <ChangeRoleDialog {...props} user={user} role={intention.role} />;
    case 'name':
      return <EditNameDialog {...props} user={user} />;
    case 'deactivate':
    case 'reactivate':
      return <AccessDialog {...props} user={user} action={intention.kind} />;
    case 'delete':
      return <DeleteDialog {...props} user={user} />;
  }
}

/** One confirmation dialog for everything inside. */
export function RowDialogs({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<Asked>();
  const [open, setOpen] = useState(false);
  const ask: Ask = useCallback((user, intention) => {
    setAsked((before) => ({ user, intention, number: (before?.number ?? 0) + 1 }));
    setOpen(true);
  }, []);
  return (
    <AskContext value={ask}>
      {children}
      {asked && (
        <Suspense>
          <DialogFor key={asked.number} asked={asked} open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </AskContext>
  );
}
