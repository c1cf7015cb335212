import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { LoadError } from '../../components/load-error';
import { PageHeader } from '../../components/page-header';
import { Pager } from '../../components/pager';
import { Skeleton } from '../../components/ui/skeleton';
import { actorOf, useViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { History } from './history';
import { runsQuery, schedulesQuery, statusQuery } from './queries';
import { RunProgress } from './run-progress';
import { SchedulesCard } from './schedules-card';
import type { SyncSearch } from './search';
import { StartForm } from './start-form';
import { StatusCards } from './status-cards';

interface SyncPageProps {
  search: SyncSearch;
  onSearch: (search: SyncSearch) => void;
}

function Loading() {
  return (
    <output aria-label="Loading the state of the sync" className="grid gap-6">
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        {Array.from({ length: 4 }, (_, index) => (
          <Skeleton key={index} className="h-28 rounded-xl" />
        ))}
      </div>
      <Skeleton className="h-72 rounded-xl" />
    </output>
  );
}

function Runs({ search, onSearch }: SyncPageProps) {
  const query = useQuery({ ...runsQuery(search), placeholderData: keepPreviousData });
  if (query.error) {
    const retry = search.cursor ? () => onSearch({}) : undefined;
    return <LoadError what="history" error={query.error} onRetry={retry} />;
  }
  if (!query.data) return <Skeleton className="h-48 rounded-xl" />;
  const { page, isDone, continueCursor } = query.data;
  const single = isDone && search.cursor === undefined;
  return (
    <section aria-label="History" className="grid gap-3">
      <h2 className="text-lg font-semibold tracking-tight">History</h2>
      <div className="overflow-hidden rounded-xl border bg-card shadow-xs">
        <History runs={page} stale={query.isPlaceholderData} />
      </div>
      {!single && (
        <Pager
          position={search}
          nextCursor={isDone || query.isPlaceholderData ? undefined : continueCursor}
          listKey="syncs"
          onMove={onSearch}
        />
      )}
    </section>
  );
}

/** Requirement A1: compare both sides, take over what differs, and see how it went. */
export function SyncPage({ search, onSearch }: SyncPageProps) {
  const viewer = useViewer();
  const { data: status, error } = useQuery(statusQuery);
  const { data: schedules } = useQuery(schedulesQuery);
  const mayRun = canSometimes(actorOf(viewer), 'sync:run');
  const content = () => {
    if (error) return <LoadError what="state of the sync" error={error} />;
    if (!status) return <Loading />;
    return (
      <>
        {status.running && <RunProgress run={status.running} mayRun={mayRun} />}
        <StatusCards status={status} />
        <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          {mayRun && (
            <StartForm hasServerKey={status.hasServerKey} busy={status.running !== null} />
          )}
          {schedules && <SchedulesCard schedules={schedules} />}
        </div>
      </>
    );
  };
  return (
    <>
      <PageHeader
        title="Sync"
        description="Everybody in Clerk, compared with everybody here. Webhooks do this one by one; a sync repairs what was lost."
      />
      <div className="grid gap-6">
        {content()}
        <Runs search={search} onSearch={onSearch} />
      </div>
    </>
  );
}
