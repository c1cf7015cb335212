import { Combobox } from '@base-ui/react/combobox';
import { convexQuery } from '@convex-dev/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../convex/_generated/api';
import { searchLengthMax } from '../shared/people';
import { inputLooks } from './ui/input';

/** Suggestions at once: what fits a phone above its keyboard. */
const suggestionsMax = 6;

export interface PickedPerson {
  externalId: string;
  name: string;
  email: string | undefined;
}

interface PersonPickerProps {
  label: string;
  onPick: (person: PickedPerson) => void;
  className?: string;
}

/** Finds a person by name or email; for filters, so what is chosen shows elsewhere. */
export function PersonPicker({ label, onPick, className }: PersonPickerProps) {
  const [text, setText] = useState('');
  const search = text.trim().slice(0, searchLengthMax);
  const { data } = useQuery({
    ...convexQuery(
      api.users.list,
      search === ''
        ? 'skip'
        : { search, paginationOpts: { numItems: suggestionsMax, cursor: null } },
    ),
    placeholderData: keepPreviousData,
  });
  const people: PickedPerson[] =
    search === ''
      ? []
      : (data?.page ?? []).map(({ externalId, name, email }) => ({ externalId, name, email }));
  return (
    <Combobox.Root
      items={people}
      // The server has searched already.
      filter={null}
      value={null}
      inputValue={text}
      onInputValueChange={setText}
      onValueChange={(person: PickedPerson | null) => {
        if (person) onPick(person);
        setText('');
      }}
      itemToStringLabel={({ name }: PickedPerson) => name}
      autoHighlight
    >
      <Combobox.Input
        aria-label={label}
        placeholder={label}
        className={`${inputLooks} ${className ?? ''}`}
      />
      <Combobox.Portal>
        <Combobox.Positioner className="z-50 outline-none" sideOffset={4}>
          <Combobox.Popup className="popup-motion max-h-(--available-height) w-(--anchor-width) min-w-56 overflow-y-auto rounded-lg border bg-popover p-1 shadow-lg outline-none">
            <Combobox.Empty className="px-2 py-1.5 text-sm text-muted-foreground empty:hidden">
              {search === ''
                ? 'Type a name or an email'
                : data === undefined
                  ? 'Searching'
                  : 'Nobody matches'}
            </Combobox.Empty>
            <Combobox.List>
              {(person: PickedPerson) => (
                <Combobox.Item
                  key={person.externalId}
                  value={person}
                  className="grid rounded-sm px-2 py-1.5 text-sm outline-none select-none data-[highlighted]:bg-accent"
                >
                  <span className="truncate">{person.name}</span>
                  <span className="truncate text-xs text-muted-foreground">
                    {person.email ?? person.externalId}
                  </span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
