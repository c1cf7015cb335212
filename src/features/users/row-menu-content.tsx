import {
  CopyIcon,
  ShieldIcon,
  Trash2Icon,
  UserRoundCheckIcon,
  UserRoundXIcon,
  type LucideIcon,
} from 'lucide-react';
import type { TriggerProps } from '../../components/menu-on-demand';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
  SubMenu,
  SubMenuTrigger,
} from '../../components/ui/menu';
import { actorOf, useViewer } from '../../lib/live';
import { notify } from '../../lib/notify';
import { isRole, roleLabel, roleNames } from '../../shared/roles';
import { accessActionsFor, accessLabel, accessRefusal, type AccessAction } from './access-action';
import type { UserRow } from './queries';
import { roleChangeRefusal } from './role-refusal';
import { useAsk } from './row-dialogs';

/** What cannot be done now, with the reason in words. */
function RefusedItem({ icon: Icon, label, reason }: RefusedItemProps) {
  return (
    <MenuItem disabled className="items-start">
      <Icon aria-hidden className="mt-0.5" />
      <span className="grid">
        {label}
        <span className="text-xs text-pretty">{reason}</span>
      </span>
    </MenuItem>
  );
}

interface RefusedItemProps {
  icon: LucideIcon;
  label: string;
  reason: string;
}

function UpdateRole({ user }: { user: UserRow }) {
  const viewer = useViewer();
  const ask = useAsk();
  const refusal = roleChangeRefusal(actorOf(viewer), user);
  if (refusal) {
    return <RefusedItem icon={ShieldIcon} label="Update Role" reason={refusal} />;
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
            if (isRole(value) && value !== user.role) ask(user, { kind: 'role', role: value });
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

const accessIcons: Record<AccessAction, LucideIcon> = {
  deactivate: UserRoundXIcon,
  reactivate: UserRoundCheckIcon,
  delete: Trash2Icon,
};

function AccessItem({ user, action }: { user: UserRow; action: AccessAction }) {
  const viewer = useViewer();
  const ask = useAsk();
  const label = accessLabel(action, user);
  const refusal = accessRefusal(actorOf(viewer), action, user);
  const Icon = accessIcons[action];
  if (refusal) return <RefusedItem icon={Icon} label={label} reason={refusal} />;
  return (
    <MenuItem
      className={
        action === 'delete'
          ? 'text-destructive data-[highlighted]:text-destructive [&_svg]:text-destructive'
          : undefined
      }
      onClick={() => ask(user, { kind: action })}
    >
      <Icon aria-hidden /> {label}
    </MenuItem>
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
        <MenuSeparator />
        {accessActionsFor(user).map((action) => (
          <AccessItem key={action} user={user} action={action} />
        ))}
        <AccessItem user={user} action="delete" />
      </MenuContent>
    </Menu>
  );
}
