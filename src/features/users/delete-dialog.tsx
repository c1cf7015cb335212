import { useId, useState } from 'react';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Input } from '../../components/ui/input';
import { useRemove } from './commands';
import { ConfirmDialog } from '../../components/confirm-dialog';
import type { UserRow } from './queries';

interface DeleteDialogProps {
  user: UserRow;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Asks for the person's address before they are deleted for good (requirement D2). */
export function DeleteDialog({ user, open, onOpenChange }: DeleteDialogProps) {
  const remove = useRemove();
  const [typed, setTyped] = useState('');
  const inputId = useId();
  // Not everybody has an address; a Clerk id everybody has.
  const expected = user.email ?? user.externalId;
  const matches = typed.trim().toLowerCase() === expected.toLowerCase();
  const gone = user.state === 'deleted' && !remove.isPending;
  return (
    <ConfirmDialog
      title={`Delete ${user.name} for good?`}
      confirm="Delete for good"
      destructive
      already={gone ? `${user.name} has been deleted already.` : undefined}
      incomplete={!matches}
      command={remove}
      onConfirm={() =>
        remove.mutate({ userId: user._id }, { onSuccess: () => onOpenChange(false) })
      }
      open={open}
      onOpenChange={onOpenChange}
    >
      <AlertDialogDescription className="wrap-anywhere">
        {user.name} ({user.email ?? 'no email'}) loses access here at once, also on pages that are
        open. Clerk is then told to delete the account.{' '}
        <strong className="font-semibold text-foreground">This cannot be undone:</strong> nothing
        brings this account back. To keep somebody out for a while, deactivate them instead.
      </AlertDialogDescription>
      <div className="grid gap-1.5">
        <label htmlFor={inputId} className="text-sm wrap-anywhere">
          Type <span className="font-medium select-all">{expected}</span> to confirm
        </label>
        <Input
          id={inputId}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </div>
    </ConfirmDialog>
  );
}
