import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { SearchXIcon, WebhookIcon } from 'lucide-react';
import { Suspense } from 'react';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Pager } from '../../components/pager';
import { Permitted } from '../../components/permitted';
import { Button } from '../../components/ui/button';
import { lazyPart } from '../../lib/lazy-part';
import { DeliveriesTable } from './deliveries-table';
import { DeliveriesToolbar, type WebhooksPageProps } from './deliveries-toolbar';
import { HealthCard } from './health-card';
import { deliveriesQuery, type DeliveryRow } from './queries';
import { isFiltered, refine } from './search';

// Comes with the first delivery that is opened, together with the command client.
const DeliveryDialog = lazyPart(async () => (await import('./delivery-dialog')).DeliveryDialog);

const noRows: DeliveryRow[] = [];

function Nothing({ search, onSearch, next }: WebhooksPageProps & { next: string | undefined }) {
  if (next !== undefined) {
    return (
      <Notice icon={<SearchXIcon aria-hidden />} title="Nothing among those looked at so far">
        <p>Older deliveries are left; these filters fit few of them.</p>
        <Button onClick={() => onSearch({ ...search, cursor: next, page: (search.page ?? 1) + 1 })}>
          Look further back
        </Button>
      </Notice>
    );
  }
  if (isFiltered(search) || search.cursor) {
    return (
      <Notice icon={<SearchXIcon aria-hidden />} title="No delivery fits">
        <Button variant="outline" onClick={() => onSearch({})}>
          Show all deliveries
        </Button>
      </Notice>
    );
  }
  return (
    <Notice icon={<WebhookIcon aria-hidden />} title="No webhook has arrived yet">
      <p>
        Add this app as an endpoint in the Clerk Dashboard, under Webhooks. What arrives shows here
        at once.
      </p>
    </Notice>
  );
}

function Deliveries({ search, onSearch }: WebhooksPageProps) {
  const query = useQuery({ ...deliveriesQuery(search), placeholderData: keepPreviousData });
  const { data } = query;
  const rows = data?.page ?? noRows;
  const next = data && !data.isDone && !query.isPlaceholderData ? data.continueCursor : undefined;
  const { cursor: _cursor, page: _page, open: _open, ...list } = search;
  const content = () => {
    if (query.error) {
      const retry = () => (search.cursor ? onSearch(refine(search, {})) : window.location.reload());
      return <LoadError what="list" error={query.error} onRetry={retry} />;
    }
    if (!data) return <LoadingList label="Loading deliveries" />;
    if (rows.length === 0) return <Nothing search={search} onSearch={onSearch} next={next} />;
    return (
      <DeliveriesTable
        rows={rows}
        stale={query.isPlaceholderData}
        onOpen={(open) => onSearch({ ...search, open })}
      />
    );
  };
  return (
    <>
      <div className="mb-4 overflow-hidden rounded-xl border bg-card shadow-xs">{content()}</div>
      {(rows.length > 0 || search.cursor) && (
        <Pager
          position={search}
          nextCursor={next}
          listKey={JSON.stringify(list)}
          onMove={(position) => onSearch(refine(search, position))}
          summary=" · newest first"
        />
      )}
    </>
  );
}

/** Issue 5: what Clerk told us, what became of it and why, and whether it still tells us anything. */
export function WebhooksPage({ search, onSearch }: WebhooksPageProps) {
  return (
    <Permitted to="deliveries:read">
      <PageHeader title="Webhooks" description="What Clerk sent, what became of it, and why." />
      <HealthCard />
      <DeliveriesToolbar search={search} onSearch={onSearch} />
      <Deliveries search={search} onSearch={onSearch} />
      {search.open && (
        <Suspense>
          <DeliveryDialog
            key={search.open}
            id={search.open}
            onClose={() => onSearch({ ...search, open: undefined }, { replace: true })}
          />
        </Suspense>
      )}
    </Permitted>
  );
}
