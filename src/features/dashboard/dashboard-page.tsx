import { useQuery } from '@tanstack/react-query';
import { TriangleAlertIcon } from 'lucide-react';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { ViewerCard } from '../../components/viewer-card';
import { Skeleton } from '../../components/ui/skeleton';
import { errorBodyOf } from '../../lib/coded-error';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { FirstSteps } from './first-steps';
import { PushHealth } from './push-health';
import { statsQuery } from './queries';
import { RoleCounts } from './role-counts';

/** Below this many people the page says how to get more. */
const fewPeople = 2;

function Statistics() {
  const viewer = useViewer();
  const { data: stats, error } = useQuery(statsQuery);
  if (error) {
    return (
      <Notice
        role="alert"
        icon={<TriangleAlertIcon aria-hidden />}
        title="The counts could not be loaded"
      >
        <p>{errorBodyOf(error).message}</p>
      </Notice>
    );
  }
  if (!stats) {
    return (
      <output aria-label="Loading the counts" className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {Array.from({ length: 4 }, (_, index) => (
          <Skeleton key={index} className="h-28 rounded-xl" />
        ))}
      </output>
    );
  }
  const mayManage = canSometimes(actorOf(viewer), 'users:read');
  return (
    <>
      <RoleCounts stats={stats} linked={mayManage} />
      {mayManage && <PushHealth stats={stats} />}
      {stats.total < fewPeople && <FirstSteps viewer={viewer} />}
    </>
  );
}

/** Requirement C7: who is here, by role, live. */
export function DashboardPage() {
  const viewer = useViewer();
  return (
    <>
      <PageHeader title="Dashboard" description="Who is here, by role, right now." />
      <div className="grid gap-6">
        {canSometimes(actorOf(viewer), 'directory:read') && <Statistics />}
        <ViewerCard />
      </div>
    </>
  );
}
