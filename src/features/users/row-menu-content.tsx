import { CopyIcon, ShieldIcon } from 'lucide-react';
import type { TriggerProps } from '../../components/menu-on-demand';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuRadioGroup,
  MenuRadioItem,
  MenuTrigger,
  SubMenu,
  SubMenuTrigger,
} from '../../components/ui/menu';
import { actorOf, useViewer } from '../../lib/live';
import { notify } from '../../lib/notify';
import { isRole, roleLabel, roleNames } from '../../shared/roles';
import type { UserRow } from './queries';
import { useAskRoleChange } from './role-change';
import { roleChangeRefusal } from './role-refusal';

function UpdateRole({ user }: { user: UserRow }) {
  const viewer = useViewer();
  const ask = useAskRoleChange();
  const refusal = roleChangeRefusal(actorOf(viewer), user);
  if (refusal) {
    return (
      <MenuItem disabled className="items-start">
        <ShieldIcon aria-hidden className="mt-0.5" />
        <span className="grid">
          Update Role
          <span className="text-xs">{refusal}</span>
        </span>
      </MenuItem>
    );
  }
  return (
    <SubMenu>
      <SubMenuTrigger>
        <ShieldIcon aria-hidden /> Update Role
      </SubMenuTrigger>
      <MenuContent side="inline-start" align="start" className="min-w-40">
        <MenuRadioGroup
          value={user.role}
          onValueChange={(value: unknown) => {
            if (isRole(value) && value !== user.role) ask(user, value);
          }}
        >
          {roleNames.map((role) => (
            <MenuRadioItem key={role} value={role} closeOnClick>
              {roleLabel(role)}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </SubMenu>
  );
}

async function copyId(user: UserRow): Promise<void> {
  try {
    await navigator.clipboard.writeText(user.externalId);
    notify({ kind: 'success', title: 'Clerk user id copied' });
  } catch {
    notify({ kind: 'error', title: 'Copying is not allowed here', description: user.externalId });
  }
}

/** The three-dot menu of a row, opened. */
export function RowMenuContent({ user, trigger }: { user: UserRow; trigger: TriggerProps }) {
  return (
    <Menu defaultOpen>
      <MenuTrigger {...trigger} />
      <MenuContent className="max-w-64 min-w-48">
        <UpdateRole user={user} />
        <MenuItem onClick={() => void copyId(user)}>
          <CopyIcon aria-hidden /> Copy Clerk user id
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
