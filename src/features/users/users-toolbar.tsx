import { SearchIcon, XIcon } from 'lucide-react';
import { Button } from '../../components/ui/button';
import { NativeSelect } from '../../components/ui/native-select';
import { SearchField } from '../../components/search-field';
import { userStates, type UserState } from '../../shared/people';
import { roleLabel, roleNames, type Role } from '../../shared/roles';
import { stateLabels } from './row-marks';
import { refine, type UsersSearch } from './search';

const all = 'all';

const roleOptions: { value: Role | typeof all; label: string }[] = [
  { value: all, label: 'All roles' },
  ...roleNames.map((role) => ({ value: role, label: roleLabel(role) })),
];

const stateOptions: { value: UserState | typeof all; label: string }[] = [
  { value: all, label: 'Not deleted' },
  ...userStates.map((state) => ({ value: state, label: stateLabels[state] })),
];

interface UsersToolbarProps {
  search: UsersSearch;
  onSearch: (search: UsersSearch, options?: { replace: boolean }) => void;
}

export function UsersToolbar({ search, onSearch }: UsersToolbarProps) {
  const filtered = Boolean(search.q ?? search.role ?? search.state);
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <SearchField
        label="Search by name or email"
        icon={<SearchIcon aria-hidden />}
        value={search.q ?? ''}
        onChange={(q) => onSearch(refine(search, { q: q || undefined }), { replace: true })}
        className="w-full sm:w-72"
      />
      <NativeSelect
        label="Role"
        className="max-sm:flex-1"
        value={search.role ?? all}
        options={roleOptions}
        onChange={(role) => onSearch(refine(search, { role: role === all ? undefined : role }))}
      />
      <NativeSelect
        label="State"
        className="max-sm:flex-1"
        value={search.state ?? all}
        options={stateOptions}
        onChange={(state) => onSearch(refine(search, { state: state === all ? undefined : state }))}
      />
      {filtered && (
        <Button
          variant="ghost"
          className="max-sm:basis-full"
          onClick={() =>
            onSearch(refine(search, { q: undefined, role: undefined, state: undefined }))
          }
        >
          <XIcon aria-hidden /> Clear
        </Button>
      )}
    </search>
  );
}
