import { MailIcon, UserRoundPlusIcon } from 'lucide-react';
import { Suspense } from 'react';
import { Button } from '../../components/ui/button';
import { lazyPart, preloading } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { useShortcuts } from '../../lib/shortcuts';
import type { UsersSearch } from './search';

const loadInvite = () => import('./invite-dialog');
const InviteDialog = lazyPart(async () => (await loadInvite()).InviteDialog);
const loadList = () => import('./invitations-dialog');
const InvitationsDialog = lazyPart(async () => (await loadList()).InvitationsDialog);

type Asked = UsersSearch['do'];

interface InviteActionsProps {
  /** What is open, as the address says. */
  asked: Asked;
  onAsked: (asked: Asked) => void;
}

/** Invite somebody, and see who is invited (requirement D2). */
export function InviteActions({ asked, onAsked }: InviteActionsProps) {
  const actor = actorOf(useViewer());
  const mayInvite = canSometimes(actor, 'users:invite');
  useShortcuts(
    mayInvite
      ? [{ keys: 'i', label: 'Invite somebody', group: 'Users', run: () => onAsked('invite') }]
      : [],
  );
  const close = (open: boolean) => {
    if (!open) onAsked(undefined);
  };
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        variant="outline"
        onPointerEnter={preloading(loadList)}
        onClick={() => onAsked('invitations')}
      >
        <MailIcon aria-hidden /> Invitations
      </Button>
      {mayInvite && (
        <Button onPointerEnter={preloading(loadInvite)} onClick={() => onAsked('invite')}>
          <UserRoundPlusIcon aria-hidden /> Invite
        </Button>
      )}
      <Suspense>
        {asked === 'invite' && mayInvite && <InviteDialog open onOpenChange={close} />}
        {asked === 'invitations' && <InvitationsDialog open onOpenChange={close} />}
      </Suspense>
    </div>
  );
}
