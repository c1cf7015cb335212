import type { TriggerProps } from '../../components/menu-on-demand';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../components/ui/menu';
import { roleNames, roleVocabulary, type Role } from '../../shared/roles';

interface BulkRoleMenuProps {
  trigger: TriggerProps;
  onRole: (role: Role) => void;
}

/** The roles to choose from for everybody selected. */
export function BulkRoleMenu({ trigger, onRole }: BulkRoleMenuProps) {
  return (
    <Menu defaultOpen>
      <MenuTrigger {...trigger} />
      <MenuContent side="top" className="max-w-64 min-w-48">
        {roleNames.map((role) => {
          const { label, description } = roleVocabulary.definitions[role];
          return (
            <MenuItem key={role} onClick={() => onRole(role)}>
              <span className="grid">
                {label}
                <span className="text-xs text-muted-foreground">{description}</span>
              </span>
            </MenuItem>
          );
        })}
      </MenuContent>
    </Menu>
  );
}
