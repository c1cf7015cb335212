import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { UsersIcon } from 'lucide-react';
import { LoadError } from '../../components/load-error';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Pager } from '../../components/pager';
import { RoleBadge } from '../../components/role-badge';
import { ViewerCard } from '../../components/viewer-card';
import { Avatar } from '../../components/ui/avatar';
import { Button } from '../../components/ui/button';
import { Skeleton } from '../../components/ui/skeleton';
import { useViewer } from '../../lib/live';
import type { Role } from '../../shared/roles';
import { directoryQuery, peoplePerPage } from './queries';
import type { DirectorySearch } from './search';

interface Person {
  _id: string;
  name: string;
  imageUrl?: string;
  role: Role;
}

function PersonCard({ person, isViewer }: { person: Person; isViewer: boolean }) {
  return (
    <li className="flex min-w-0 items-center gap-3 rounded-xl border bg-card p-3 shadow-xs">
      <Avatar name={person.name} imageUrl={person.imageUrl} />
      <span className="min-w-0 flex-1 truncate text-sm font-medium">
        {person.name}
        {isViewer && <span className="font-normal text-muted-foreground"> (you)</span>}
      </span>
      <RoleBadge role={person.role} />
    </li>
  );
}

const grid = 'grid gap-3 sm:grid-cols-2 xl:grid-cols-3';

function LoadingPeople() {
  return (
    <output aria-label="Loading the directory" className={grid}>
      {Array.from({ length: 9 }, (_, index) => (
        <Skeleton key={index} className="h-15.5 rounded-xl" />
      ))}
    </output>
  );
}

interface DirectoryPageProps {
  search: DirectorySearch;
  onSearch: (search: DirectorySearch) => void;
}

/** Requirement D1: who works here, for everybody who does. */
export function DirectoryPage({ search, onSearch }: DirectoryPageProps) {
  const viewer = useViewer();
  const query = useQuery({ ...directoryQuery(search), placeholderData: keepPreviousData });
  const people = query.data?.page.slice(0, peoplePerPage) ?? [];
  const next = query.isPlaceholderData ? undefined : query.data?.page[peoplePerPage]?._id;
  const content = () => {
    if (query.error) {
      const retry = search.at ? () => onSearch({}) : undefined;
      return <LoadError what="directory" error={query.error} onRetry={retry} />;
    }
    if (!query.data) return <LoadingPeople />;
    if (people.length === 0) {
      return (
        <Notice icon={<UsersIcon aria-hidden />} title="Nobody is on this page any more">
          <Button onClick={() => onSearch({})}>Back to the first page</Button>
        </Notice>
      );
    }
    return (
      <ul aria-label="People" aria-busy={query.isPlaceholderData} className={grid}>
        {people.map((person) => (
          <PersonCard key={person._id} person={person} isViewer={person._id === viewer._id} />
        ))}
      </ul>
    );
  };
  const single = query.data && next === undefined && !query.isPlaceholderData && !search.at;
  return (
    <>
      <PageHeader title="Directory" description="Everybody who is active here." />
      <div className="mb-6">
        <ViewerCard />
      </div>
      <div className="mb-4">{content()}</div>
      {!single && (
        <Pager
          position={{ cursor: search.at, page: search.page }}
          nextCursor={next}
          listKey="directory"
          onMove={({ cursor, page }) => onSearch(cursor ? { at: cursor, page } : {})}
        />
      )}
    </>
  );
}
