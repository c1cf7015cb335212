import { createContext, Suspense, useContext, useState, type ReactNode } from 'react';
import { lazyPart } from '../../lib/lazy-part';
import type { Role } from '../../shared/roles';
import type { UserRow } from './queries';

// Comes with the first menu that is opened on a role, together with the command client.
const ChangeRoleDialog = lazyPart(
  async () => (await import('./change-role-dialog')).ChangeRoleDialog,
);

/** Asks for a confirmation; nothing has happened yet. */
type AskRoleChange = (user: UserRow, role: Role) => void;

const AskContext = createContext<AskRoleChange | null>(null);

export function useAskRoleChange(): AskRoleChange {
  const ask = useContext(AskContext);
  if (!ask) throw new Error('useAskRoleChange is for rows inside RoleChangeProvider');
  return ask;
}

interface RoleChangeProviderProps {
  /** The rows on the page, live: the dialog shows the person as they are now. */
  rows: readonly UserRow[];
  children: ReactNode;
}

/** One confirmation dialog for all rows; it outlives the row, which may move away meanwhile. */
export function RoleChangeProvider({ rows, children }: RoleChangeProviderProps) {
  const [asked, setAsked] = useState<{ user: UserRow; role: Role }>();
  const [open, setOpen] = useState(false);
  const ask: AskRoleChange = (user, role) => {
    setAsked({ user, role });
    setOpen(true);
  };
  const user = asked && (rows.find((row) => row._id === asked.user._id) ?? asked.user);
  return (
    <AskContext value={ask}>
      {children}
      {user && (
        <Suspense>
          <ChangeRoleDialog
            key={`${user._id}-${asked.role}`}
            user={user}
            role={asked.role}
            open={open}
            onOpenChange={setOpen}
          />
        </Suspense>
      )}
    </AskContext>
  );
}
