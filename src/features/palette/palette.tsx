import { Dialog } from '@base-ui/react/dialog';
import { convexQuery } from '@convex-dev/react-query';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command, useCommandState } from 'cmdk';
import {
  KeyboardIcon,
  MonitorIcon,
  MoonIcon,
  SunIcon,
  TriangleAlertIcon,
  UserRoundPlusIcon,
  type LucideIcon,
} from 'lucide-react';
import { useDeferredValue, useState, type ReactNode } from 'react';
import { api } from '../../../convex/_generated/api';
import { Keys } from '../../components/keys';
import { visibleSections } from '../../components/navigation-items';
import { RoleBadge } from '../../components/role-badge';
import { Avatar } from '../../components/ui/avatar';
import { actorOf, useViewer } from '../../lib/live';
import { endTypeAhead } from '../../lib/type-ahead';
import { useTheme, type ThemeChoice } from '../../lib/theme';
import { searchLengthMax } from '../../shared/people';
import { canSometimes } from '../../shared/permissions';

/** People shown for a search: a palette is for the one whom somebody has in mind. */
const peopleShown = 7;

interface ItemProps {
  icon: LucideIcon;
  label: string;
  /** More words to find it by. */
  keywords?: string[];
  keys?: string;
  onSelect: () => void;
}

const itemLooks =
  'flex cursor-pointer items-center gap-2.5 rounded-md px-2 py-2 text-sm select-none data-[selected=true]:bg-accent data-[selected=true]:text-accent-foreground';

function Item({ icon: Icon, label, keywords, keys, onSelect }: ItemProps) {
  return (
    <Command.Item value={label} keywords={keywords} onSelect={onSelect} className={itemLooks}>
      <Icon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <span className="flex-1">{label}</span>
      {keys && <Keys keys={keys} />}
    </Command.Item>
  );
}

interface GroupProps {
  heading: string;
  /** Shown whatever is typed. */
  forceMount?: boolean;
  children: ReactNode;
}

function Group({ heading, forceMount, children }: GroupProps) {
  return (
    <Command.Group
      forceMount={forceMount}
      heading={heading}
      className="p-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted-foreground"
    >
      {children}
    </Command.Group>
  );
}

/** Beside the list: in it, only what can be chosen may stand. */
function NothingFound() {
  const count = useCommandState((state) => state.filtered.count);
  if (count > 0) return null;
  return (
    <output className="block py-8 text-center text-sm text-muted-foreground">
      Nothing by that name.
    </output>
  );
}

/** People by name or email, as the database finds them. */
function usePeople(text: string, mayManage: boolean) {
  const wanted = text.trim().slice(0, searchLengthMax);
  const search = useDeferredValue(wanted);
  const { data } = useQuery(
    convexQuery(
      api.users.list,
      mayManage && search !== ''
        ? { search, paginationOpts: { numItems: peopleShown, cursor: null } }
        : 'skip',
    ),
  );
  // Whom an earlier letter found would take the choice with them when they go again.
  return search === wanted ? (data?.page ?? []) : [];
}

type Person = ReturnType<typeof usePeople>[number];

const valueOf = ({ _id }: Person) => `person ${_id}`;

function People({ people, onOpen }: { people: Person[]; onOpen: (id: string) => void }) {
  if (people.length === 0) return null;
  return (
    <Group heading="People" forceMount>
      {people.map((person) => (
        // Found by the database: cmdk must not sift them once more.
        <Command.Item
          key={person._id}
          value={valueOf(person)}
          forceMount
          onSelect={() => onOpen(person._id)}
          className={itemLooks}
        >
          <Avatar name={person.name} imageUrl={person.imageUrl} className="size-7 text-[0.65rem]" />
          <span className="grid min-w-0 flex-1">
            <span className="truncate">{person.name}</span>
            <span className="truncate text-xs text-muted-foreground">
              {person.email ?? 'No email'}
            </span>
          </span>
          <RoleBadge role={person.role} />
        </Command.Item>
      ))}
    </Group>
  );
}

/** Every word that was typed begins a word of the entry: what one means, and nothing like it. */
function fits(value: string, search: string, keywords: readonly string[] = []): number {
  const words = [value, ...keywords].join(' ').toLowerCase().split(/\s+/);
  const typed = search.toLowerCase().split(/\s+/).filter(Boolean);
  return typed.every((part) => words.some((word) => word.startsWith(part))) ? 1 : 0;
}

const themes: { choice: ThemeChoice; label: string; icon: LucideIcon }[] = [
  { choice: 'light', label: 'Light theme', icon: SunIcon },
  { choice: 'dark', label: 'Dark theme', icon: MoonIcon },
  { choice: 'system', label: 'Theme of the system', icon: MonitorIcon },
];

interface ActionsProps {
  /** Closes the palette, then does it. */
  then: (run: () => void) => () => void;
  onHelp: () => void;
}

/** What the viewer's role may do from anywhere. */
function Actions({ then, onHelp }: ActionsProps) {
  const actor = actorOf(useViewer());
  const navigate = useNavigate();
  const { setChoice } = useTheme();
  const mayManage = canSometimes(actor, 'users:read');
  return (
    <Group heading="Actions">
      {canSometimes(actor, 'users:invite') && (
        <Item
          icon={UserRoundPlusIcon}
          label="Invite somebody"
          keywords={['add', 'new', 'user', 'create']}
          onSelect={then(() => void navigate({ to: '/admin/users', search: { do: 'invite' } }))}
        />
      )}
      {mayManage && (
        <Item
          icon={TriangleAlertIcon}
          label="Show people with failed pushes"
          keywords={['clerk', 'sync', 'error', 'retry']}
          onSelect={then(() => void navigate({ to: '/admin/users', search: { sync: 'failed' } }))}
        />
      )}
      {mayManage && (
        <Item
          icon={TriangleAlertIcon}
          label="Show people who differ from Clerk"
          keywords={['conflict', 'drift', 'sync', 'held']}
          onSelect={then(() => void navigate({ to: '/admin/users', search: { sync: 'differs' } }))}
        />
      )}
      {themes.map(({ choice, label, icon }) => (
        <Item
          key={choice}
          icon={icon}
          label={label}
          keywords={['mode', 'appearance']}
          onSelect={then(() => setChoice(choice))}
        />
      ))}
      <Item icon={KeyboardIcon} label="Keyboard shortcuts" keys="?" onSelect={onHelp} />
    </Group>
  );
}

interface PaletteProps {
  onOpenChange: (open: boolean) => void;
  onHelp: () => void;
}

/** Pages, people and what one may do, from the keyboard. */
export function Palette({ onOpenChange, onHelp }: PaletteProps) {
  const actor = actorOf(useViewer());
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [value, setValue] = useState('');
  const people = usePeople(text, canSometimes(actor, 'users:read'));
  const best = people[0] === undefined ? '' : valueOf(people[0]);
  const [seenBest, setSeenBest] = useState('');
  // Whoever is found is what Enter opens, also when the answer comes after the typing.
  if (best !== seenBest) {
    setSeenBest(best);
    if (best !== '') setValue(best);
  }
  const mayManage = canSometimes(actor, 'users:read');
  const then = (run: () => void) => () => {
    onOpenChange(false);
    run();
  };
  const openPerson = (id: string) =>
    then(() => void navigate({ to: '/admin/users/$id', params: { id } }))();
  return (
    <Dialog.Root open onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-black/50" />
        <Dialog.Popup className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border bg-popover shadow-2xl outline-none">
          <Dialog.Title className="sr-only">Find anything</Dialog.Title>
          <Command label="Find anything" loop filter={fits} value={value} onValueChange={setValue}>
            <Command.Input
              value={text}
              onValueChange={setText}
              // What was typed while this was on its way.
              onFocus={() => setText(text + endTypeAhead())}
              placeholder={mayManage ? 'Go to a page, find a person, do something' : 'Go to a page'}
              className="h-12 w-full border-b bg-transparent px-4 text-base outline-none placeholder:text-muted-foreground md:text-sm"
            />
            <Command.List className="max-h-[55dvh] overflow-y-auto overscroll-contain">
              <People people={people} onOpen={openPerson} />
              {visibleSections(actor).map(({ label, items }) => (
                <Group key={label} heading={label}>
                  {items.map(({ to, label: page, icon, key }) => (
                    <Item
                      key={to}
                      icon={icon}
                      label={page}
                      keys={`g ${key}`}
                      onSelect={then(() => void navigate({ to }))}
                    />
                  ))}
                </Group>
              ))}
              <Actions then={then} onHelp={onHelp} />
            </Command.List>
            {people.length === 0 && <NothingFound />}
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
