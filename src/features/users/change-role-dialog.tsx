import { ArrowRightIcon } from 'lucide-react';
import { RoleBadge } from '../../components/role-badge';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { roleLabel, roleVocabulary, type Role } from '../../shared/roles';
import { useSetRole } from './commands';
import { ConfirmDialog } from '../../components/confirm-dialog';
import type { UserRow } from './queries';

interface ChangeRoleDialogProps {
  user: UserRow;
  role: Role;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Names the person, the old and the new role and what happens, before anything does. */
export function ChangeRoleDialog({ user, role, open, onOpenChange }: ChangeRoleDialogProps) {
  const setRole = useSetRole(user);
  // While it closes, the row may have the role already: by this very command.
  const already = open && user.role === role;
  return (
    <ConfirmDialog
      title={`Change the role of ${user.name}?`}
      confirm={`Change to ${roleLabel(role)}`}
      already={already ? `${user.name} already has this role.` : undefined}
      onConfirm={() => {
        setRole.mutate({ userId: user._id, role });
        onOpenChange(false);
      }}
      open={open}
      onOpenChange={onOpenChange}
    >
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <RoleBadge role={user.role} />
        <ArrowRightIcon className="size-4 text-muted-foreground" aria-label="becomes" />
        <RoleBadge role={role} />
      </div>
      <AlertDialogDescription>
        {user.name} ({user.email ?? 'no email'}) changes from {roleLabel(user.role)} to{' '}
        {roleLabel(role)}: {lowerFirst(roleVocabulary.definitions[role].description)}. It takes
        effect here at once, also on pages that are open, and is then sent to Clerk.
      </AlertDialogDescription>
    </ConfirmDialog>
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
