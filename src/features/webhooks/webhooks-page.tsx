import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { WebhookIcon } from 'lucide-react';
import { Suspense } from 'react';
import { LogPanel } from '../../components/log-panel';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Permitted } from '../../components/permitted';
import { lazyPart } from '../../lib/lazy-part';
import { DeliveriesTable } from './deliveries-table';
import { DeliveriesToolbar, type WebhooksPageProps } from './deliveries-toolbar';
import { DeliveryHealth } from './delivery-health';
import { deliveriesQuery } from './queries';
import { isFiltered, refine } from './search';

// Comes with the first delivery that is opened, together with the command client.
const DeliveryDialog = lazyPart(async () => (await import('./delivery-dialog')).DeliveryDialog);

const words = {
  what: 'list',
  loading: 'Loading deliveries',
  many: 'deliveries',
  nothing: 'No delivery fits',
  showAll: 'Show all deliveries',
};

function Deliveries({ search, onSearch }: WebhooksPageProps) {
  const query = useQuery({ ...deliveriesQuery(search), placeholderData: keepPreviousData });
  const { cursor: _cursor, page: _page, open: _open, ...list } = search;
  return (
    <LogPanel
      query={query}
      position={search}
      list={list}
      filtered={isFiltered(search)}
      words={words}
      onMove={(position) => onSearch(refine(search, position))}
      onShowAll={() => onSearch({})}
      empty={
        <Notice icon={<WebhookIcon aria-hidden />} title="No webhook has arrived yet">
          <p>
            Add this app as an endpoint in the Clerk Dashboard, under Webhooks. What arrives shows
            here at once.
          </p>
        </Notice>
      }
    >
      {(rows, stale) => (
        <DeliveriesTable
          rows={rows}
          stale={stale}
          onOpen={(open) => onSearch({ ...search, open })}
        />
      )}
    </LogPanel>
  );
}

/** Issue 5: what Clerk told us, what became of it and why, and whether it still tells us anything. */
export function WebhooksPage({ search, onSearch }: WebhooksPageProps) {
  return (
    <Permitted to="deliveries:read">
      <PageHeader title="Webhooks" description="What Clerk sent, what became of it, and why." />
      <DeliveryHealth />
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
