import { TriangleAlertIcon, XIcon } from 'lucide-react';
import { sourceLabel } from '../../components/audit/entry';
import { actionLabel, knownActions } from '../../components/audit/sentences';
import { PersonPicker } from '../../components/person-picker';
import { Button } from '../../components/ui/button';
import { Input } from '../../components/ui/input';
import { NativeSelect } from '../../components/ui/native-select';
import { auditSources, type AuditSource } from '../../shared/audit';
import { isFiltered, refine, type AuditSearch } from './search';

export interface AuditPageProps {
  search: AuditSearch;
  onSearch: (search: AuditSearch, options?: { replace: boolean }) => void;
}

const all = 'all';

const actionOptions = [
  { value: all, label: 'All actions' },
  ...knownActions.toSorted().map((value) => ({ value, label: actionLabel(value) })),
];
const sourceOptions: { value: AuditSource | typeof all; label: string }[] = [
  { value: all, label: 'All sources' },
  ...auditSources.map((value) => ({ value, label: sourceLabel(value) })),
];

interface DayFieldProps {
  label: string;
  value: string | undefined;
  onChange: (day: string | undefined) => void;
}

function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <label className="flex items-center gap-2 text-sm text-muted-foreground max-sm:flex-1">
      {label}
      <Input
        type="date"
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value || undefined)}
        className="w-38 text-foreground max-sm:flex-1"
      />
    </label>
  );
}

/** What the list shows: everything of it is in the address. */
export function AuditToolbar({ search, onSearch }: AuditPageProps) {
  const change = (next: Partial<AuditSearch>) => onSearch(refine(search, next));
  // An action of a link that this build does not know by name still is a filter.
  const action = search.action ?? all;
  const actions = actionOptions.some(({ value }) => value === action)
    ? actionOptions
    : [...actionOptions, { value: action, label: action }];
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <PersonPicker
        label="Done by…"
        className="sm:w-44 max-sm:basis-[calc(50%-0.25rem)]"
        onPick={({ externalId }) => change({ actor: `user:${externalId}` })}
      />
      <PersonPicker
        label="About…"
        className="sm:w-44 max-sm:basis-[calc(50%-0.25rem)]"
        onPick={({ externalId }) => change({ target: `user:${externalId}` })}
      />
      <NativeSelect
        label="Action"
        className="max-sm:w-full sm:max-w-56"
        value={action}
        options={actions}
        onChange={(value) => change({ action: value === all ? undefined : value })}
      />
      <NativeSelect
        label="Source"
        className="max-sm:flex-1"
        value={search.source ?? all}
        options={sourceOptions}
        onChange={(source) => change({ source: source === all ? undefined : source })}
      />
      <Button
        variant={search.alarm ? 'secondary' : 'outline'}
        aria-pressed={search.alarm === true}
        onClick={() => change({ alarm: search.alarm ? undefined : true })}
      >
        <TriangleAlertIcon aria-hidden /> Alarms
      </Button>
      <div className="flex flex-wrap gap-2 max-sm:w-full">
        <DayField label="From" value={search.from} onChange={(from) => change({ from })} />
        <DayField label="To" value={search.to} onChange={(to) => change({ to })} />
      </div>
      {isFiltered(search) && (
        <Button variant="ghost" className="max-sm:basis-full" onClick={() => onSearch({})}>
          <XIcon aria-hidden /> Clear
        </Button>
      )}
    </search>
  );
}
