import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ScrollTextIcon, SearchXIcon, XIcon } from 'lucide-react';
import { Entry, type AuditEntry } from '../../components/audit/entry';
import { partyName } from '../../components/audit/sentences';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Pager } from '../../components/pager';
import { Permitted, useMay } from '../../components/permitted';
import { Button } from '../../components/ui/button';
import { cn } from '../../lib/cn';
import { useTimeZone } from '../../lib/time-zone';
import { AuditToolbar, type AuditPageProps } from './audit-toolbar';
import { ChainCheck } from './chain-check';
import { ExportButtons } from './export-button';
import { auditQuery } from './queries';
import { isFiltered, refine } from './search';

const noEntries: AuditEntry[] = [];

/** The people chosen for a filter, by name as soon as an entry of theirs is there. */
function Chosen({ search, onSearch, rows }: AuditPageProps & { rows: AuditEntry[] }) {
  const chips = (['actor', 'target'] as const).flatMap((field) => {
    const ref = search[field];
    if (ref === undefined) return [];
    const party = rows.map((row) => row[field]).find((one) => one.ref === ref) ?? { ref };
    const label = field === 'actor' ? 'Done by' : 'About';
    return [{ field, text: `${label} ${partyName(party)}` }];
  });
  if (chips.length === 0) return null;
  return (
    <div className="mb-4 flex flex-wrap gap-2">
      {chips.map(({ field, text }) => (
        <Button
          key={field}
          size="xs"
          variant="secondary"
          className="max-w-full"
          aria-label={`Remove the filter: ${text}`}
          onClick={() => onSearch(refine(search, { [field]: undefined }))}
        >
          <span className="truncate">{text}</span> <XIcon aria-hidden />
        </Button>
      ))}
    </div>
  );
}

function Narrow({ entry, search, onSearch }: AuditPageProps & { entry: AuditEntry }) {
  const ways = [
    { label: `Only by ${partyName(entry.actor)}`, change: { actor: entry.actor.ref } },
    { label: `Only about ${partyName(entry.target)}`, change: { target: entry.target.ref } },
    { label: 'Only this action', change: { action: entry.action } },
  ];
  return ways.map(({ label, change }) => (
    <Button
      key={label}
      size="xs"
      variant="outline"
      className="max-w-full"
      onClick={() => onSearch(refine(search, change))}
    >
      <span className="truncate">{label}</span>
    </Button>
  ));
}

function Nothing({ search, onSearch, next }: AuditPageProps & { next: string | undefined }) {
  if (next !== undefined) {
    return (
      <Notice icon={<SearchXIcon aria-hidden />} title="Nothing among the entries looked at so far">
        <p>Older entries are left; these filters fit few of them.</p>
        <Button onClick={() => onSearch({ ...search, cursor: next, page: (search.page ?? 1) + 1 })}>
          Look further back
        </Button>
      </Notice>
    );
  }
  if (isFiltered(search) || search.cursor) {
    return (
      <Notice icon={<SearchXIcon aria-hidden />} title="No entry fits">
        <Button variant="outline" onClick={() => onSearch({})}>
          Show the whole log
        </Button>
      </Notice>
    );
  }
  return (
    <Notice icon={<ScrollTextIcon aria-hidden />} title="Nothing has happened yet">
      <p>Every change of people, roles, organizations and settings will be written down here.</p>
    </Notice>
  );
}

function Log({ search, onSearch }: AuditPageProps) {
  const zone = useTimeZone();
  const query = useQuery({ ...auditQuery(search, zone), placeholderData: keepPreviousData });
  const { data } = query;
  const rows = data?.page ?? noEntries;
  const next = data && !data.isDone && !query.isPlaceholderData ? data.continueCursor : undefined;
  const { cursor: _cursor, page: _page, ...list } = search;
  const content = () => {
    if (query.error) {
      const retry = () => (search.cursor ? onSearch(refine(search, {})) : window.location.reload());
      return <LoadError what="log" error={query.error} onRetry={retry} />;
    }
    if (!data) return <LoadingList label="Loading the log" />;
    if (rows.length === 0) return <Nothing search={search} onSearch={onSearch} next={next} />;
    return (
      <ol
        aria-label="Entries"
        aria-busy={query.isPlaceholderData}
        className={cn('transition-opacity', query.isPlaceholderData && 'opacity-60')}
      >
        {rows.map((entry) => (
          <Entry
            key={entry._id}
            entry={entry}
            actions={<Narrow entry={entry} search={search} onSearch={onSearch} />}
          />
        ))}
      </ol>
    );
  };
  return (
    <>
      <Chosen search={search} onSearch={onSearch} rows={rows} />
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

/** Issue 5: who did what to whom, when and by which way, readable, checkable, exportable. */
export function AuditPage({ search, onSearch }: AuditPageProps) {
  const mayExport = useMay('audit:export');
  return (
    <Permitted to="audit:read">
      <PageHeader
        title="Audit log"
        description="Everything that was changed, by whom and from where."
      >
        {mayExport && (
          <div className="flex gap-2">
            <ExportButtons search={search} />
          </div>
        )}
      </PageHeader>
      <ChainCheck />
      <AuditToolbar search={search} onSearch={onSearch} />
      <Log search={search} onSearch={onSearch} />
    </Permitted>
  );
}
