import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { accessLabel, clerkDisagrees } from './access-action';
import { useDeactivate, useReactivate } from './commands';
import { ConfirmDialog } from '../../components/confirm-dialog';
import type { UserRow } from './queries';

interface AccessDialogProps {
  user: UserRow;
  action: 'deactivate' | 'reactivate';
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

interface Wording {
  title: string;
  effect: string;
}

/** Names the person and what happens, before anything does. */
function wording({ user, action }: Pick<AccessDialogProps, 'user' | 'action'>): Wording {
  const who = `${user.name} (${user.email ?? 'no email'})`;
  if (action === 'deactivate') {
    return user.state === 'active'
      ? {
          title: `Deactivate ${user.name}?`,
          effect: `${who} loses access here at once, also on pages that are open. Clerk is then told to ban the account, which ends its sessions. You can reactivate it later.`,
        }
      : {
          title: `Ban ${user.name} in Clerk again?`,
          effect: `${who} is deactivated here already; somebody lifted the ban in Clerk. Clerk is told to ban the account again.`,
        };
  }
  return user.state === 'active'
    ? {
        title: `Lift the ban of ${user.name} in Clerk?`,
        effect: `${who} is active here, but somebody banned the account in Clerk. Clerk is told to let it sign in again.`,
      }
    : {
        title: `Reactivate ${user.name}?`,
        effect: `${who} has access here again at once, with the same role. Clerk is then told to lift the ban; until it has, signing in may still fail.`,
      };
}

/** Why there is nothing to do any more: somebody else was faster. */
function overtaken({ user, action }: Pick<AccessDialogProps, 'user' | 'action'>) {
  if (user.state === 'deleted') return `${user.name} has been deleted meanwhile.`;
  const reached = action === 'deactivate' ? 'deactivated' : 'active';
  if (user.state !== reached || clerkDisagrees(user)) return undefined;
  return `${user.name} is ${reached} already.`;
}

/** Asks before somebody is cut off or let back in (requirement D2). */
export function AccessDialog({ user, action, open, onOpenChange }: AccessDialogProps) {
  const deactivate = useDeactivate({ name: user.name, undo: user.state === 'active' });
  const reactivate = useReactivate(user);
  const command = action === 'deactivate' ? deactivate : reactivate;
  const { title, effect } = wording({ user, action });
  return (
    <ConfirmDialog
      title={title}
      confirm={accessLabel(action, user)}
      destructive={action === 'deactivate'}
      // While it closes, the row may say so already: by this very command.
      already={open ? overtaken({ user, action }) : undefined}
      onConfirm={() => {
        command.mutate({ userId: user._id });
        onOpenChange(false);
      }}
      open={open}
      onOpenChange={onOpenChange}
    >
      <AlertDialogDescription className="wrap-anywhere">{effect}</AlertDialogDescription>
    </ConfirmDialog>
  );
}
