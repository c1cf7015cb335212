import { useId, useState } from 'react';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { Input } from '../../components/ui/input';
import { NativeSelect } from '../../components/ui/native-select';
import { actorOf, useViewer } from '../../lib/live';
import { emailLengthMax, emailPattern } from '../../shared/invitations';
import { can } from '../../shared/permissions';
import { defaultRole, roleLabel, roleNames, roleVocabulary } from '../../shared/roles';
import { useInvite } from './commands';
import { ConfirmDialog } from '../../components/confirm-dialog';

interface InviteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Invites an address to sign up, with a role as far as the viewer may give it (requirement D2). */
export function InviteDialog({ open, onOpenChange }: InviteDialogProps) {
  const actor = actorOf(useViewer());
  const invite = useInvite();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState(defaultRole);
  const id = useId();
  // Another role than the default one is given; that takes the permission to give roles.
  const roles = roleNames.filter(
    (one) =>
      can(actor, 'users:invite', { id: '', role: one }) &&
      (one === defaultRole || can(actor, 'users:setRole', { id: '', role: one })),
  );
  return (
    <ConfirmDialog
      title="Invite somebody"
      confirm="Send invitation"
      incomplete={!emailPattern.test(email.trim())}
      command={invite}
      onConfirm={() =>
        invite.mutate({ email: email.trim(), role }, { onSuccess: () => onOpenChange(false) })
      }
      open={open}
      onOpenChange={onOpenChange}
    >
      <AlertDialogDescription>
        Clerk sends a mail with a link to sign up. Whoever follows it appears here with the role
        chosen now.
      </AlertDialogDescription>
      <div className="grid gap-1.5">
        <label htmlFor={`${id}email`} className="text-sm">
          Email address
        </label>
        <Input
          id={`${id}email`}
          type="email"
          value={email}
          maxLength={emailLengthMax}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setEmail(event.target.value)}
        />
      </div>
      <div className="grid gap-1.5">
        <span className="text-sm">Role</span>
        <NativeSelect
          label="Role of the invited person"
          value={role}
          options={roles.map((one) => ({ value: one, label: roleLabel(one) }))}
          onChange={setRole}
        />
        <p className="text-xs text-muted-foreground">
          {roleVocabulary.definitions[role].description}
        </p>
      </div>
    </ConfirmDialog>
  );
}
