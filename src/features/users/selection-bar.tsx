import {
  ChevronDownIcon,
  ShieldIcon,
  UserRoundCheckIcon,
  UserRoundXIcon,
  XIcon,
} from 'lucide-react';
import { Suspense, useState } from 'react';
import { MenuOnDemand } from '../../components/menu-on-demand';
import { Button } from '../../components/ui/button';
import { lazyPart, preloading } from '../../lib/lazy-part';
import type { BulkAction } from './bulk-actions';
import { inWords, type UserCount } from './queries';
import type { UsersSearch } from './search';
import { nobody, selectedCount, type SelectionControl } from './selection';

const loadRoles = () => import('./bulk-role-menu');
const BulkRoleMenu = lazyPart(async () => (await loadRoles()).BulkRoleMenu);
const loadDialog = () => import('./bulk-dialog');
const BulkDialog = lazyPart(async () => (await loadDialog()).BulkDialog);

interface SelectionBarProps {
  search: UsersSearch;
  control: SelectionControl;
  /** How many the list has, as far as it is known. */
  count: UserCount | undefined;
  /** Whether it can be said who all of them are. */
  mayTakeAll: boolean;
  actions: readonly BulkAction['kind'][];
}

interface Asked {
  action: BulkAction;
  /** Kept from then: nobody is selected any more while the dialog closes. */
  people: UserCount;
  /** Tells one asking from the next. */
  number: number;
}

/** What can be done with the people selected; there while anybody is. */
export function SelectionBar(props: SelectionBarProps) {
  const { search, control, mayTakeAll, actions } = props;
  const total = props.count?.count ?? 0;
  const [asked, setAsked] = useState<Asked>();
  const [open, setOpen] = useState(false);
  const { selection, set } = control;
  const count = selectedCount(selection, total);
  const exact = selection.kind === 'some' || props.count?.exact !== false;
  const ask = (action: BulkAction) => {
    setAsked((before) => ({ action, people: { count, exact }, number: (before?.number ?? 0) + 1 }));
    setOpen(true);
  };
  const all = selection.kind === 'all' || count >= total;
  return (
    <>
      {count > 0 && (
        <section
          aria-label="Selection"
          className="fixed inset-x-3 bottom-4 z-20 mx-auto flex w-fit max-w-[calc(100vw-1.5rem)] flex-wrap items-center gap-1.5 rounded-xl border bg-popover p-2 pl-4 text-sm shadow-xl lg:left-60"
        >
          <output className="mr-2 font-medium tabular-nums">
            {inWords({ count, exact })} selected
          </output>
          {!all && mayTakeAll && props.count && (
            <Button
              size="sm"
              variant="link"
              className="px-1"
              onClick={() => set({ kind: 'all', except: new Set() })}
            >
              Select all {inWords(props.count)}
            </Button>
          )}
          {actions.includes('role') && (
            <MenuOnDemand
              label="Change role of the selected people"
              icon={
                <>
                  <ShieldIcon aria-hidden /> Role <ChevronDownIcon aria-hidden />
                </>
              }
              className="h-8 w-auto gap-1.5 px-3"
              preload={preloading(loadRoles)}
              menu={(trigger) => (
                <BulkRoleMenu trigger={trigger} onRole={(role) => ask({ kind: 'role', role })} />
              )}
            />
          )}
          {actions.includes('deactivate') && (
            <Button
              size="sm"
              variant="ghost"
              onPointerEnter={preloading(loadDialog)}
              onClick={() => ask({ kind: 'deactivate' })}
            >
              <UserRoundXIcon aria-hidden /> Deactivate
            </Button>
          )}
          {actions.includes('reactivate') && (
            <Button size="sm" variant="ghost" onClick={() => ask({ kind: 'reactivate' })}>
              <UserRoundCheckIcon aria-hidden /> Reactivate
            </Button>
          )}
          <Button
            size="icon"
            variant="ghost"
            aria-label="Select nobody"
            onClick={() => set(nobody)}
          >
            <XIcon aria-hidden />
          </Button>
        </section>
      )}
      {asked && (
        <Suspense>
          <BulkDialog
            key={asked.number}
            action={asked.action}
            search={search}
            control={control}
            count={asked.people}
            open={open}
            onOpenChange={setOpen}
          />
        </Suspense>
      )}
    </>
  );
}
