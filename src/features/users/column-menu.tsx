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

/** Which columns the table shows; remembered by the browser. */
export function ColumnMenu({ trigger }: { trigger: TriggerProps }) {
  const { hidden, toggle } = useHiddenColumns();
  return (
    <Menu defaultOpen>
      <MenuTrigger {...trigger} />
      <MenuContent className="min-w-44">
        <MenuGroup>
          <MenuLabel>Columns</MenuLabel>
          {columns
            .filter(({ optional }) => optional)
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
