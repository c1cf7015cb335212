import { createContext, Suspense, useContext, useState, type ReactNode } from 'react';
import { lazyPart } from '../../lib/lazy-part';
import type { Role } from '../../shared/roles';
import type { AccessAction } from './access-action';
import type { UserRow } from './queries';

// Each comes with the first menu item that asks for it, together with the command client.
const ChangeRoleDialog = lazyPart(
  async () => (await import('./change-role-dialog')).ChangeRoleDialog,
);
const AccessDialog = lazyPart(async () => (await import('./access-dialog')).AccessDialog);
const DeleteDialog = lazyPart(async () => (await import('./delete-dialog')).DeleteDialog);

/** What somebody is about to do to a person. */
export type Intention = { kind: 'role'; role: Role } | { kind: AccessAction };

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
  user: UserRow;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function DialogFor({ intention, ...props }: DialogProps & { intention: Intention }) {
  switch (intention.kind) {
    case 'role':
      return <ChangeRoleDialog {...props} role={intention.role} />;
    case 'deactivate':
    case 'reactivate':
      return <AccessDialog {...props} action={intention.kind} />;
    case 'delete':
      return <DeleteDialog {...props} />;
  }
}

interface RowDialogsProps {
  /** The rows on the page, live: the dialog shows the person as they are now. */
  rows: readonly UserRow[];
  children: ReactNode;
}

/** One confirmation dialog for all rows; it outlives the row, which may move away meanwhile. */
export function RowDialogs({ rows, children }: RowDialogsProps) {
  const [asked, setAsked] = useState<Asked>();
  const [open, setOpen] = useState(false);
  const ask: Ask = (user, intention) => {
    setAsked((before) => ({ user, intention, number: (before?.number ?? 0) + 1 }));
    setOpen(true);
  };
  const user = asked && (rows.find((row) => row._id === asked.user._id) ?? asked.user);
  return (
    <AskContext value={ask}>
      {children}
      {user && (
        <Suspense>
          <DialogFor
            key={asked.number}
            user={user}
            intention={asked.intention}
            open={open}
            onOpenChange={setOpen}
          />
        </Suspense>
      )}
    </AskContext>
  );
}
