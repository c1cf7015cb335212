import { CheckIcon, ClockIcon, TriangleAlertIcon } from 'lucide-react';
import { Suspense } from 'react';
import { Badge } from '../../components/ui/badge';
import { lazyPart } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import type { UserRow } from './queries';

// Loaded with the first row that has something to retry; it brings the command client along.
const RetryButton = lazyPart(async () => (await import('./retry-button')).RetryButton);

function Retry({ user }: { user: UserRow }) {
  const viewer = useViewer();
  if (!canSometimes(actorOf(viewer), 'pushes:retry')) return null;
  return (
    <Suspense>
      <RetryButton user={user} />
    </Suspense>
  );
}

/** Where our last role decision stands on its way to Clerk (requirement C8). */
export function PushStatus({ user }: { user: UserRow }) {
  const { state, reason } = user.push;
  switch (state) {
    case 'synced':
      return (
        <span className="inline-flex items-center gap-1 align-middle text-xs text-muted-foreground">
          <CheckIcon className="size-3.5" aria-hidden /> Synced
        </span>
      );
    case 'pending':
      return (
        <span className="grid justify-items-start gap-1">
          <span className="flex items-center gap-1.5">
            <Badge variant="secondary">
              <ClockIcon aria-hidden /> Pending
            </Badge>
            {reason && <Retry user={user} />}
          </span>
          {reason && (
            <span className="max-w-48 text-xs text-pretty text-muted-foreground">{reason}</span>
          )}
        </span>
      );
    case 'failed':
      return (
        <span className="grid justify-items-start gap-1">
          <span className="flex items-center gap-1.5">
            <Badge variant="destructive">
              <TriangleAlertIcon aria-hidden /> Failed
            </Badge>
            <Retry user={user} />
          </span>
          {reason && (
            <span className="max-w-48 text-xs text-pretty text-destructive">{reason}</span>
          )}
        </span>
      );
  }
}
