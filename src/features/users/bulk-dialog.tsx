import { useQueryClient } from '@tanstack/react-query';
import { AlertDialogDescription } from '../../components/ui/alert-dialog';
import { bulkIdsMax } from '../../shared/people';
import { roleLabel } from '../../shared/roles';
import { useStartBulk } from './commands';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { inWords, usersQuery, type UserCount, type UserRow } from './queries';
import { filterOf, type UsersSearch } from './search';
import { nobody, type Selection, type SelectionControl } from './selection';
import type { BulkAction } from './bulk-actions';

interface BulkDialogProps {
  action: BulkAction;
  search: UsersSearch;
  control: SelectionControl;
  /** How many are selected, as far as it is known. */
  count: UserCount;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function wording(action: BulkAction, people: string) {
  switch (action.kind) {
    case 'role':
      return {
        title: `Change the role of ${people} to ${roleLabel(action.role)}?`,
        confirm: `Change to ${roleLabel(action.role)}`,
        effect: 'Each role takes effect here at once and is then sent to Clerk.',
      };
    case 'deactivate':
      return {
        title: `Deactivate ${people}?`,
        confirm: 'Deactivate',
        effect:
          'Each loses access here at once, also on pages that are open. Clerk is then told to ban the accounts, which ends their sessions.',
      };
    case 'reactivate':
      return {
        title: `Reactivate ${people}?`,
        confirm: 'Reactivate',
        effect:
          'Each has access again at once, with the same role. Clerk is then told to lift the bans.',
      };
  }
}

/** As the command takes it; people named one by one only as far as a command can name them. */
function wireSelection(selection: Selection, search: UsersSearch) {
  return selection.kind === 'some'
    ? { kind: 'ids' as const, ids: [...selection.ids] }
    : { kind: 'filter' as const, filter: filterOf(search), except: [...selection.except] };
}

/** Who they are, as far as the page knows them: a number alone says little. */
function useNames(selection: Selection, search: UsersSearch): string[] {
  const queryClient = useQueryClient();
  if (selection.kind !== 'some') return [];
  const pages = queryClient.getQueriesData<{ page?: UserRow[] }>({
    queryKey: usersQuery(search, { cursor: null }).queryKey.slice(0, 2),
  });
  const names = new Map<string, string>();
  for (const [, data] of pages) {
    for (const row of data?.page ?? [])
      if (selection.ids.has(row._id)) names.set(row._id, row.name);
  }
  return [...names.values()];
}

const namesShown = 5;

/** Asks before many people are changed at once, and says whom (requirement C1). */
export function BulkDialog(props: BulkDialogProps) {
  const { action, search, control, open, onOpenChange } = props;
  const start = useStartBulk();
  const { selection } = control;
  const { count } = props.count;
  const people = count === 1 ? 'one person' : `${inWords(props.count)} people`;
  const { title, confirm, effect } = wording(action, people);
  const names = useNames(selection, search);
  const tooMany = selection.kind === 'some' && selection.ids.size > bulkIdsMax;
  const rest = count - Math.min(names.length, namesShown);
  return (
    <ConfirmDialog
      title={title}
      confirm={confirm}
      destructive={action.kind === 'deactivate'}
      already={
        tooMany
          ? `At most ${bulkIdsMax.toLocaleString('en')} people can be chosen one by one. Narrow the list down with the filters and select all of it.`
          : undefined
      }
      command={start}
      onConfirm={() =>
        start.mutate(
          { action, selection: wireSelection(selection, search) },
          {
            onSuccess: () => {
              control.set(nobody);
              onOpenChange(false);
            },
          },
        )
      }
      open={open}
      onOpenChange={onOpenChange}
    >
      <AlertDialogDescription className="wrap-anywhere">
        {names.length > 0
          ? `${names.slice(0, namesShown).join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}. `
          : selection.kind === 'all'
            ? 'Everybody whom this list shows now, also those further down. '
            : ''}
        {effect} It is done one after the other, under the same rules as for a single person:
        whoever may not be changed stays as they are and is named with the reason.
      </AlertDialogDescription>
    </ConfirmDialog>
  );
}
