import { ArrowRightIcon, LoaderCircleIcon } from 'lucide-react';
import { RoleBadge } from '../../components/role-badge';
import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from '../../components/ui/alert-dialog';
import { Button, buttonVariants } from '../../components/ui/button';
import { errorBodyOf } from '../../lib/coded-error';
import { roleLabel, roleVocabulary, type Role } from '../../shared/roles';
import { useSetRole } from './commands';
import type { UserRow } from './queries';

interface ChangeRoleDialogProps {
  user: UserRow;
  role: Role;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Names the person, the old and the new role and what happens, before anything does. */
export function ChangeRoleDialog({ user, role, open, onOpenChange }: ChangeRoleDialogProps) {
  const setRole = useSetRole();
  const already = user.role === role && !setRole.isPending;
  const confirm = () =>
    setRole.mutate({ userId: user._id, role }, { onSuccess: () => onOpenChange(false) });
  return (
    <AlertDialog open={open} onOpenChange={(next) => !setRole.isPending && onOpenChange(next)}>
      <AlertDialogContent>
        <AlertDialogTitle>Change the role of {user.name}?</AlertDialogTitle>
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
        {already && (
          <output className="text-sm text-muted-foreground">
            {user.name} already has this role.
          </output>
        )}
        {setRole.error && (
          <p
            role="alert"
            className="rounded-md bg-destructive/10 px-3 py-2 text-sm text-destructive"
          >
            {errorBodyOf(setRole.error).message}
          </p>
        )}
        <AlertDialogFooter>
          <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>
            Cancel
          </AlertDialogClose>
          <Button disabled={setRole.isPending || already} onClick={confirm}>
            {setRole.isPending && <LoaderCircleIcon className="animate-spin" aria-hidden />}
            Change to {roleLabel(role)}
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
