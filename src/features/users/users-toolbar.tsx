import { Columns3Icon, SearchIcon, XIcon } from 'lucide-react';
import { MenuOnDemand } from '../../components/menu-on-demand';
import { SearchField } from '../../components/search-field';
import { Button } from '../../components/ui/button';
import { NativeSelect } from '../../components/ui/native-select';
import { lazyPart, preloading } from '../../lib/lazy-part';
import { clerkSyncStates, userStates, type ClerkSync, type UserState } from '../../shared/people';
import { roleLabel, roleNames, type Role } from '../../shared/roles';
import { stateLabels } from './row-marks';
import { isFiltered, refine, type UsersSearch } from './search';

const loadColumns = () => import('./column-menu');
const ColumnMenu = lazyPart(async () => (await loadColumns()).ColumnMenu);

const all = 'all';

const roleOptions: { value: Role | typeof all; label: string }[] = [
  { value: all, label: 'All roles' },
  ...roleNames.map((role) => ({ value: role, label: roleLabel(role) })),
];

const stateOptions: { value: UserState | typeof all; label: string }[] = [
  { value: all, label: 'Not deleted' },
  ...userStates.map((state) => ({ value: state, label: stateLabels[state] })),
];

const syncLabels: Record<ClerkSync, string> = {
  synced: 'In step with Clerk',
  pending: 'Push pending',
  failed: 'Push failed',
  differs: 'Differs from Clerk',
};

const syncOptions: { value: ClerkSync | typeof all; label: string }[] = [
  { value: all, label: 'Any sync state' },
  ...clerkSyncStates.map((sync) => ({ value: sync, label: syncLabels[sync] })),
];

/** The element that `/` puts the cursor into. */
export const searchFieldId = 'users-search';

interface UsersToolbarProps {
  search: UsersSearch;
  onSearch: (search: UsersSearch, options?: { replace: boolean }) => void;
}

export function UsersToolbar({ search, onSearch }: UsersToolbarProps) {
  const set = (change: Partial<UsersSearch>) => onSearch(refine(search, change));
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField
        id={searchFieldId}
        label="Search by name or email"
        icon={<SearchIcon aria-hidden />}
        value={search.q ?? ''}
        onChange={(q) => onSearch(refine(search, { q: q || undefined }), { replace: true })}
        className="w-full sm:w-72"
      />
      <NativeSelect
        label="Role"
        className="max-sm:min-w-[45%] max-sm:flex-1"
        value={search.role ?? all}
        options={roleOptions}
        onChange={(role) => set({ role: role === all ? undefined : role })}
      />
      <NativeSelect
        label="State"
        className="max-sm:min-w-[45%] max-sm:flex-1"
        value={search.state ?? all}
        options={stateOptions}
        onChange={(state) => set({ state: state === all ? undefined : state })}
      />
      <NativeSelect
        label="Sync with Clerk"
        className="max-sm:min-w-[45%] max-sm:flex-1"
        value={search.sync ?? all}
        options={syncOptions}
        onChange={(sync) => set({ sync: sync === all ? undefined : sync })}
      />
      {isFiltered(search) && (
        <Button
          variant="ghost"
          onClick={() => set({ q: undefined, role: undefined, state: undefined, sync: undefined })}
        >
          <XIcon aria-hidden /> Clear
        </Button>
      )}
      <MenuOnDemand
        label="Columns"
        icon={<Columns3Icon aria-hidden />}
        className="ml-auto max-md:hidden"
        preload={preloading(loadColumns)}
        menu={(trigger) => <ColumnMenu trigger={trigger} />}
      />
    </search>
  );
}
