import { convexQuery } from '@convex-dev/react-query';
import { useQuery } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { useState } from 'react';
import { api } from '../../../convex/_generated/api';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { Pager } from '../../components/pager';
import { RoleBadge } from '../../components/role-badge';
import { Badge } from '../../components/ui/badge';
import { Button } from '../../components/ui/button';
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '../../components/ui/dialog';
import { Skeleton } from '../../components/ui/skeleton';
import type { Position } from '../../lib/page-trail';
import { actorOf, useViewer } from '../../lib/live';
import type { InvitationState } from '../../shared/invitations';
import { can } from '../../shared/permissions';
import { defaultRole } from '../../shared/roles';
import { useRevokeInvitation } from './commands';

type Invitation = FunctionReturnType<typeof api.users.invitations>['page'][number];

const perPage = 20;

const stateLabels: Record<InvitationState, string> = {
  pending: 'Pending',
  accepted: 'Accepted',
  revoked: 'Revoked',
  expired: 'Expired',
};

const stateVariants = {
  pending: 'secondary',
  accepted: 'success',
  revoked: 'outline',
  expired: 'outline',
} as const;

/** What has not reached Clerk about an invitation. */
function Push({ push }: { push: Invitation['push'] }) {
  if (push.state === 'synced') return null;
  return (
    <span className={push.state === 'failed' ? 'text-destructive' : undefined}>
      {push.state === 'pending' ? 'On its way to Clerk' : 'Could not be sent to Clerk'}
      {push.reason && `: ${push.reason}`}
    </span>
  );
}

function InvitationItem({ invitation }: { invitation: Invitation }) {
  const actor = actorOf(useViewer());
  const revoke = useRevokeInvitation();
  const { email, role, state, push, createdAt, expiresAt } = invitation;
  const mayRevoke =
    state === 'pending' &&
    can(actor, 'users:invite', { id: '', role }) &&
    (role === defaultRole || can(actor, 'users:setRole', { id: '', role }));
  return (
    <li className="flex items-center justify-between gap-3 py-2.5">
      <span className="grid min-w-0 gap-0.5">
        <span className="truncate text-sm font-medium">{email}</span>
        <span className="grid text-xs text-muted-foreground">
          <span>
            Invited <Instant at={createdAt} />
          </span>
          {state === 'pending' && (
            <span>
              Valid until <Instant at={expiresAt} />
            </span>
          )}
          <Push push={push} />
        </span>
      </span>
      <span className="flex shrink-0 flex-wrap items-center justify-end gap-1.5">
        <RoleBadge role={role} />
        <Badge variant={stateVariants[state]}>{stateLabels[state]}</Badge>
        {mayRevoke && (
          <Button
            size="xs"
            variant="outline"
            aria-label={`Revoke the invitation of ${email}`}
            busy={revoke.isPending}
            onClick={() => revoke.mutate({ invitationId: invitation._id })}
          >
            Revoke
          </Button>
        )}
      </span>
    </li>
  );
}

interface InvitationsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Who is invited, newest first, live. */
export function InvitationsDialog({ open, onOpenChange }: InvitationsDialogProps) {
  const [position, setPosition] = useState<Position>({});
  const { data, error } = useQuery(
    convexQuery(api.users.invitations, {
      paginationOpts: { numItems: perPage, cursor: position.cursor ?? null },
    }),
  );
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-xl">
        <DialogTitle>Invitations</DialogTitle>
        <DialogDescription>Everybody who was invited, the newest first.</DialogDescription>
        {error && <LoadError error={error} what="invitations" className="py-4" />}
        {!data && !error && <Skeleton className="h-24" />}
        {data?.page.length === 0 && position.page === undefined && (
          <p className="py-6 text-center text-sm text-muted-foreground">Nobody was invited yet.</p>
        )}
        <ul className="divide-y">
          {data?.page.map((invitation) => (
            <InvitationItem key={invitation._id} invitation={invitation} />
          ))}
        </ul>
        {(position.page !== undefined || data?.isDone === false) && (
          <Pager
            position={position}
            nextCursor={data?.isDone === false ? data.continueCursor : undefined}
            listKey="invitations"
            onMove={setPosition}
          />
        )}
      </DialogContent>
    </Dialog>
  );
}
