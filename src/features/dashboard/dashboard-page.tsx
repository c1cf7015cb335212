import { useQuery } from '@tanstack/react-query';
import { ChartColumnIcon } from 'lucide-react';
import { Suspense, useState } from 'react';
import { LoadError } from '../../components/load-error';
import { PageHeader } from '../../components/page-header';
import { ViewerCard } from '../../components/viewer-card';
import { Card, CardTitle } from '../../components/ui/card';
import { Skeleton } from '../../components/ui/skeleton';
import { lazyPart } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes, type Permission } from '../../shared/permissions';
import { Attention } from './attention';
import { FirstSteps } from './first-steps';
import { PushHealth } from './push-health';
import { activityQuery, healthQuery, statsQuery } from './queries';
import { RecentChanges } from './recent-changes';
import { RoleCounts } from './role-counts';
import { SyncHealth } from './sync-health';
import { WebhookHealth } from './webhook-health';

// Charts load where they are, after what is read first.
const ActivityChart = lazyPart(async () => (await import('./activity-chart')).ActivityChart);

const chartSkeleton = <Skeleton className="h-48" />;

function LoadingCounts() {
  return (
    <output aria-label="Loading the counts" className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      {Array.from({ length: 4 }, (_, index) => (
        <Skeleton key={index} className="h-28 rounded-xl" />
      ))}
    </output>
  );
}

function Activity() {
  const { data, error } = useQuery(activityQuery);
  const [now] = useState(() => Date.now());
  return (
    <Card aria-label="Changes per day" className="gap-3">
      <CardTitle className="flex items-center gap-2">
        <ChartColumnIcon className="size-4 text-muted-foreground" aria-hidden /> Changes per day
      </CardTitle>
      {error && <LoadError error={error} what="chart" className="py-4" />}
      {!error && (
        <Suspense fallback={chartSkeleton}>
          {data ? <ActivityChart days={data} now={now} /> : chartSkeleton}
        </Suspense>
      )}
    </Card>
  );
}

/** Requirement C7: who is here, how all of it fares, and what to do about it, live. */
export function DashboardPage() {
  const viewer = useViewer();
  const may = (permission: Permission) => canSometimes(actorOf(viewer), permission);
  const mayManage = may('users:read');
  const { data: stats, error } = useQuery({ ...statsQuery, enabled: may('directory:read') });
  const { data: health } = useQuery({ ...healthQuery, enabled: may('deliveries:read') });
  return (
    <>
      <PageHeader title="Dashboard" description="Who is here, by role, and how all of it fares." />
      <div className="grid gap-6">
        {mayManage && <Attention />}
        {error && <LoadError error={error} what="counts" className="py-6" />}
        {!stats && !error && may('directory:read') && <LoadingCounts />}
        {stats && <RoleCounts stats={stats} linked={mayManage} />}
        {stats && mayManage && <FirstSteps viewer={viewer} stats={stats} health={health} />}
        {mayManage && (
          <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
            {stats && <PushHealth stats={stats} />}
            {may('deliveries:read') && <WebhookHealth />}
            {may('sync:read') && <SyncHealth />}
          </div>
        )}
        {may('audit:read') && (
          <div className="grid items-start gap-6 xl:grid-cols-2">
            <RecentChanges />
            <Activity />
          </div>
        )}
        <ViewerCard />
      </div>
    </>
  );
}
