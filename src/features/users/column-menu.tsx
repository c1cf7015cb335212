import { useSyncExternalStore } from 'react';
import type { TriggerProps } from '../../components/menu-on-demand';
import {
  Menu,
  MenuCheckboxItem,
  MenuContent,
  MenuGroup,
  MenuLabel,
  MenuTrigger,
} from '../../components/ui/menu';
import { useHiddenColumns } from '../../lib/column-choice';
import { columns } from './columns';

/** Tailwind's `xl`, from which on the table has room for every column. */
const wideQuery = '(min-width: 80rem)';

function useIsWide(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const media = matchMedia(wideQuery);
      media.addEventListener('change', onChange);
      return () => media.removeEventListener('change', onChange);
    },
    () => matchMedia(wideQuery).matches,
    () => true,
  );
}

/** Which columns the table shows, as far as there is room; remembered by the browser. */
export function ColumnMenu({ trigger }: { trigger: TriggerProps }) {
  const { hidden, toggle } = useHiddenColumns();
  const isWide = useIsWide();
  return (
    <Menu defaultOpen>
      <MenuTrigger {...trigger} />
      <MenuContent className="min-w-44">
        <MenuGroup>
          <MenuLabel>Columns</MenuLabel>
          {columns
            .filter(({ optional, wide }) => optional && (isWide || !wide))
            .map(({ id, header }) => (
              <MenuCheckboxItem
                key={id}
                checked={!hidden.has(id)}
                onCheckedChange={() => toggle(id)}
              >
                {header}
              </MenuCheckboxItem>
            ))}
        </MenuGroup>
      </MenuContent>
    </Menu>
  );
}
