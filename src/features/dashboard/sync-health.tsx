import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { Skeleton } from '../../components/ui/skeleton';
import { HealthCard, type Tone } from './health-card';
import { syncQuery, type SyncStatus } from './queries';

const wording: Record<SyncStatus['state'], { tone: Tone; title: string }> = {
  never_synced: { tone: 'unknown', title: 'Never synchronised' },
  queued: { tone: 'waiting', title: 'A synchronisation is about to start' },
  running: { tone: 'waiting', title: 'A synchronisation is running' },
  completed: { tone: 'good', title: 'Last synchronisation completed' },
  failed: { tone: 'bad', title: 'Last synchronisation failed' },
  cancelled: { tone: 'waiting', title: 'Last synchronisation was cancelled' },
};

/** When everything was last compared with Clerk, and how that ended. */
export function SyncHealth() {
  const { data: status, error } = useQuery(syncQuery);
  if (error)
    return <LoadError error={error} what="state of the synchronisation" className="py-4" />;
  if (!status) return <Skeleton className="h-36 rounded-xl" />;
  const { tone, title } = wording[status.state];
  return (
    <HealthCard label="Synchronisation" tone={tone} title={title}>
      {status.drift && status.drift.users > 0 && !status.drift.repaired && (
        <span>
          {status.drift.users.toLocaleString('en')} people differed from Clerk when it was last
          looked.
        </span>
      )}
      <span>
        Last complete one: <Instant at={status.lastCompletedAt ?? undefined} fallback="none yet" />
      </span>
      <Link to="/admin/sync" className="font-medium text-foreground underline underline-offset-4">
        {status.state === 'never_synced' ? 'Synchronise now' : 'See the runs'}
      </Link>
    </HealthCard>
  );
}
