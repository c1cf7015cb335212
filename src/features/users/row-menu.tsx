import { CopyIcon, EllipsisIcon, ShieldIcon } from 'lucide-react';
import { toast } from 'sonner';
import { buttonVariants } from '../../components/ui/button';
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
    toast.success('Clerk user id copied');
  } catch {
    toast.error(`The browser did not allow copying. The id is ${user.externalId}`);
  }
}

/** The three-dot menu of a row. */
export function RowMenu({ user }: { user: UserRow }) {
  return (
    <Menu>
      <MenuTrigger
        aria-label={`Actions for ${user.name}`}
        className={buttonVariants({ variant: 'ghost', size: 'icon', className: 'size-8' })}
      >
        <EllipsisIcon aria-hidden />
      </MenuTrigger>
      <MenuContent className="max-w-64 min-w-48">
        <UpdateRole user={user} />
        <MenuItem onClick={() => void copyId(user)}>
          <CopyIcon aria-hidden /> Copy Clerk user id
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
