import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ScrollTextIcon, XIcon } from 'lucide-react';
import { Entry, type AuditEntry } from '../../components/audit/entry';
import { partyName } from '../../components/audit/sentences';
import { LogPanel } from '../../components/log-panel';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
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

const words = {
  what: 'log',
  loading: 'Loading the log',
  many: 'entries',
  nothing: 'No entry fits',
  showAll: 'Show the whole log',
};

function Log({ search, onSearch }: AuditPageProps) {
  const zone = useTimeZone();
  const query = useQuery({ ...auditQuery(search, zone), placeholderData: keepPreviousData });
  const { cursor: _cursor, page: _page, ...list } = search;
  return (
    <>
      <Chosen search={search} onSearch={onSearch} rows={query.data?.page ?? noEntries} />
      <LogPanel
        query={query}
        position={search}
        list={list}
        filtered={isFiltered(search)}
        words={words}
        onMove={(position) => onSearch(refine(search, position))}
        onShowAll={() => onSearch({})}
        empty={
          <Notice icon={<ScrollTextIcon aria-hidden />} title="Nothing has happened yet">
            <p>
              Every change of people, roles, organizations and settings will be written down here.
            </p>
          </Notice>
        }
      >
        {(rows, stale) => (
          <ol
            aria-label="Entries"
            aria-busy={stale}
            className={cn('transition-opacity', stale && 'opacity-60')}
          >
            {rows.map((entry) => (
              <Entry
                key={entry._id}
                entry={entry}
                actions={<Narrow entry={entry} search={search} onSearch={onSearch} />}
              />
            ))}
          </ol>
        )}
      </LogPanel>
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
