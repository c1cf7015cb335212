import { CheckIcon, ClockIcon, RotateCwIcon, TriangleAlertIcon } from 'lucide-react';
import { Badge } from '../../components/ui/badge';
import { Button } from '../../components/ui/button';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { useRetryPush } from './commands';
import type { UserRow } from './queries';

function Retry({ user }: { user: UserRow }) {
  const viewer = useViewer();
  const retry = useRetryPush();
  if (!canSometimes(actorOf(viewer), 'pushes:retry')) return null;
  return (
    <Button
      size="xs"
      variant="outline"
      aria-label={`Retry sending the role of ${user.name} to Clerk`}
      disabled={retry.isPending}
      onClick={() => retry.mutate({ userId: user._id })}
    >
      <RotateCwIcon aria-hidden className={retry.isPending ? 'animate-spin' : undefined} />
      Retry
    </Button>
  );
}

/** Where our last role decision stands on its way to Clerk (requirement C8). */
export function PushStatus({ user }: { user: UserRow }) {
  const { state, reason } = user.push;
  switch (state) {
    case 'synced':
      return (
        <span className="inline-flex items-center gap-1 text-xs text-muted-foreground">
          <CheckIcon className="size-3.5" aria-hidden /> Synced
        </span>
      );
    case 'pending':
      return (
        <span className="grid justify-items-start gap-1">
          <span className="flex flex-wrap items-center gap-1.5">
            <Badge variant="secondary">
              <ClockIcon aria-hidden /> Pending
            </Badge>
            {reason && <Retry user={user} />}
          </span>
          {reason && <span className="max-w-56 text-xs text-muted-foreground">{reason}</span>}
        </span>
      );
    case 'failed':
      return (
        <span className="grid justify-items-start gap-1">
          <span className="flex flex-wrap items-center gap-1.5">
            <Badge variant="destructive">
              <TriangleAlertIcon aria-hidden /> Failed
            </Badge>
            <Retry user={user} />
          </span>
          {reason && <span className="max-w-56 text-xs text-destructive">{reason}</span>}
        </span>
      );
  }
}
