import { SearchIcon, TriangleAlertIcon, XIcon } from 'lucide-react';
import { SearchField } from '../../components/search-field';
import { Button } from '../../components/ui/button';
import { NativeSelect } from '../../components/ui/native-select';
import { deliveryOutcomes } from '../../shared/deliveries';
import { outcomeLabel } from '../../components/outcome-badge';
import { isFiltered, refine, type WebhooksSearch } from './search';

export interface WebhooksPageProps {
  search: WebhooksSearch;
  onSearch: (search: WebhooksSearch, options?: { replace: boolean }) => void;
}

const all = 'all';

const outcomeOptions = [
  { value: all, label: 'All outcomes' },
  ...deliveryOutcomes.map((value) => ({ value: value as string, label: outcomeLabel(value) })),
];

/** The events that Rollcall uses; any other type can still come by a link. */
const types = ['user', 'organization', 'organizationMembership'].flatMap((noun) =>
  ['created', 'updated', 'deleted'].map((verb) => `${noun}.${verb}`),
);

export function DeliveriesToolbar({ search, onSearch }: WebhooksPageProps) {
  const change = (next: Partial<WebhooksSearch>) => onSearch(refine(search, next));
  const known = search.type && !types.includes(search.type) ? [...types, search.type] : types;
  const typeOptions = [
    { value: all, label: 'All types' },
    ...known.map((value) => ({ value, label: value })),
  ];
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <SearchField
        label="Clerk id or message id"
        icon={<SearchIcon aria-hidden />}
        value={search.id ?? ''}
        onChange={(id) => onSearch(refine(search, { id: id || undefined }), { replace: true })}
        className="w-full sm:w-72"
      />
      <NativeSelect
        label="Outcome"
        className="max-sm:min-w-36 max-sm:flex-1"
        value={search.outcome ?? all}
        options={outcomeOptions}
        onChange={(value) =>
          change({ outcome: deliveryOutcomes.find((outcome) => outcome === value) })
        }
      />
      <NativeSelect
        label="Type"
        className="max-sm:min-w-36 max-sm:flex-1"
        value={search.type ?? all}
        options={typeOptions}
        onChange={(type) => change({ type: type === all ? undefined : type })}
      />
      <Button
        variant={search.alarm ? 'secondary' : 'outline'}
        aria-pressed={search.alarm === true}
        onClick={() => change({ alarm: search.alarm ? undefined : true })}
      >
        <TriangleAlertIcon aria-hidden /> Alarms
      </Button>
      {isFiltered(search) && (
        <Button variant="ghost" className="max-sm:basis-full" onClick={() => onSearch({})}>
          <XIcon aria-hidden /> Clear
        </Button>
      )}
    </search>
  );
}
