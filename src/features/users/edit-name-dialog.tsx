import { useId, useState } from 'react';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Input } from '../../components/ui/input';
import { nameLengthMax } from '../../shared/invitations';
import { useUpdateName } from './commands';
import { ConfirmDialog } from '../../components/confirm-dialog';
import type { UserRow } from './queries';

interface EditNameDialogProps {
  user: UserRow;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Both parts of a name, which Clerk keeps apart (requirement D2). */
export function EditNameDialog({ user, open, onOpenChange }: EditNameDialogProps) {
  const update = useUpdateName();
  const [first, setFirst] = useState(user.firstName ?? '');
  const [last, setLast] = useState(user.lastName ?? '');
  const id = useId();
  const same = first.trim() === (user.firstName ?? '') && last.trim() === (user.lastName ?? '');
  const fields = [
    { label: 'First name', value: first, onChange: setFirst },
    { label: 'Last name', value: last, onChange: setLast },
  ];
  return (
    <ConfirmDialog
      title={`Edit the name of ${user.name}`}
      confirm="Save"
      incomplete={same}
      command={update}
      onConfirm={() =>
        update.mutate(
          { userId: user._id, firstName: first.trim(), lastName: last.trim() },
          { onSuccess: () => onOpenChange(false) },
        )
      }
      open={open}
      onOpenChange={onOpenChange}
    >
      <AlertDialogDescription>
        The name counts here at once and is then sent to Clerk.
      </AlertDialogDescription>
      <div className="grid gap-3 sm:grid-cols-2">
        {fields.map(({ label, value, onChange }) => (
          <div key={label} className="grid gap-1.5">
            <label htmlFor={id + label} className="text-sm">
              {label}
            </label>
            <Input
              id={id + label}
              value={value}
              maxLength={nameLengthMax}
              autoComplete="off"
              onChange={(event) => onChange(event.target.value)}
            />
          </div>
        ))}
      </div>
    </ConfirmDialog>
  );
}
