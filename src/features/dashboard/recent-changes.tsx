import { useQuery } from '@tanstack/react-query';
import { HistoryIcon } from 'lucide-react';
import { Entry } from '../../components/audit/entry';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Card, CardTitle } from '../../components/ui/card';
import { recentQuery } from './queries';

/** What happened last, as sentences. */
export function RecentChanges() {
  const { data, error } = useQuery(recentQuery);
  return (
    <Card aria-label="Recent changes" className="gap-3 pb-2">
      <CardTitle className="flex items-center gap-2">
        <HistoryIcon className="size-4 text-muted-foreground" aria-hidden /> Recent changes
      </CardTitle>
      {error && <LoadError error={error} what="recent changes" className="py-4" />}
      {!data && !error && <LoadingList label="Loading recent changes" rows={4} />}
      {data?.page.length === 0 && (
        <p className="pb-3 text-sm text-muted-foreground">Nothing has changed yet.</p>
      )}
      {data && data.page.length > 0 && (
        <ul className="-mx-5 border-t">
          {data.page.map((entry) => (
            <Entry key={entry._id} entry={entry} />
          ))}
        </ul>
      )}
    </Card>
  );
}
