import { CheckIcon, ClockIcon, TriangleAlertIcon, UnplugIcon } from 'lucide-react';
import { Suspense } from 'react';
import { Badge } from '../../components/ui/badge';
import { lazyPart } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { openPushes, type OpenPush } from './open-pushes';
import type { UserRow } from './queries';

// Loaded with the first row that has something to retry; it brings the command client along.
const RetryButton = lazyPart(async () => (await import('./retry-button')).RetryButton);

/** Sends everything that is open once more. */
export function Retry({ user, compact }: { user: UserRow; compact?: boolean }) {
  const viewer = useViewer();
  if (!canSometimes(actorOf(viewer), 'pushes:retry')) return null;
  return (
    <Suspense>
      <RetryButton user={user} compact={compact} />
    </Suspense>
  );
}

export function PushBadge({ push: { state, label } }: { push: OpenPush }) {
  return state !== 'failed' ? (
    <Badge
      variant={state === 'pending' ? 'secondary' : 'warning'}
      className="max-w-full min-w-0 shrink"
    >
      {state === 'pending' ? <ClockIcon aria-hidden /> : <UnplugIcon aria-hidden />}
      <span className="truncate">{label}</span>
    </Badge>
  ) : (
    <Badge variant="destructive" className="max-w-full min-w-0 shrink">
      <TriangleAlertIcon aria-hidden />
      <span className="truncate">{label}</span>
    </Badge>
  );
}

export function Synced() {
  return (
    <span className="inline-flex items-center gap-1 align-middle text-xs text-muted-foreground">
      <CheckIcon className="size-3.5" aria-hidden /> Synced
    </span>
  );
}

/** Where our decisions about role and access stand on their way to Clerk (C8, rule 9). */
export function PushStatus({ user }: { user: UserRow }) {
  const pushes = openPushes(user);
  if (pushes.length === 0) return <Synced />;
  // One retry sends everything that is open.
  const retryAt = pushes.findIndex(({ state, reason }) => state === 'failed' || reason);
  return (
    <span className="grid justify-items-start gap-1">
      {pushes.map((push, index) => (
        <span key={push.about} className="grid justify-items-start gap-1">
          <span className="flex flex-wrap items-center gap-1.5">
            <PushBadge push={push} />
            {index === retryAt && <Retry user={user} />}
          </span>
          {push.reason && (
            <span
              className={
                push.state === 'failed'
                  ? 'max-w-48 text-xs text-pretty text-destructive'
                  : 'max-w-48 text-xs text-pretty text-muted-foreground'
              }
            >
              {push.reason}
            </span>
          )}
        </span>
      ))}
    </span>
  );
}
