import { Link } from '@tanstack/react-router';
import {
  BellOffIcon,
  CopyIcon,
  ExternalLinkIcon,
  PencilIcon,
  RefreshCwIcon,
  RotateCwIcon,
  ShieldIcon,
  Trash2Icon,
  UserRoundCheckIcon,
  UserRoundIcon,
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
import { clerkUserUrl } from '../../lib/clerk-dashboard';
import { actorOf, useViewer } from '../../lib/live';
import { notify } from '../../lib/notify';
import { canSometimes } from '../../shared/permissions';
import { isRole, roleLabel, roleNames } from '../../shared/roles';
import { accessActionsFor, accessLabel, accessRefusal, type AccessAction } from './access-action';
import { useDismissPush, useRetryPush, useSyncUser } from './commands';
import { nameRefusal } from './name-refusal';
import { openPushes } from './open-pushes';
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

function EditName({ user }: { user: UserRow }) {
  const viewer = useViewer();
  const ask = useAsk();
  const refusal = nameRefusal(actorOf(viewer), user);
  if (refusal) return <RefusedItem icon={PencilIcon} label="Edit name" reason={refusal} />;
  return (
    <MenuItem onClick={() => ask(user, { kind: 'name' })}>
      <PencilIcon aria-hidden /> Edit name
    </MenuItem>
  );
}

/** Only there while something has not reached Clerk. */
function PushItems({ user }: { user: UserRow }) {
  const actor = actorOf(useViewer());
  const retry = useRetryPush();
  const dismiss = useDismissPush();
  const open = openPushes(user);
  if (open.length === 0 || !canSometimes(actor, 'pushes:retry')) return null;
  return (
    <>
      <MenuItem onClick={() => retry.mutate({ userId: user._id })}>
        <RotateCwIcon aria-hidden /> Retry push
      </MenuItem>
      {open.some(({ state }) => state === 'failed') && (
        <MenuItem onClick={() => dismiss.mutate({ userId: user._id })}>
          <BellOffIcon aria-hidden /> Dismiss failed push
        </MenuItem>
      )}
    </>
  );
}

function SyncItem({ user }: { user: UserRow }) {
  const actor = actorOf(useViewer());
  const sync = useSyncUser();
  if (user.state === 'deleted' || !canSometimes(actor, 'sync:run')) return null;
  return (
    <MenuItem onClick={() => sync.mutate({ userId: user._id })}>
      <RefreshCwIcon aria-hidden /> Sync from Clerk
    </MenuItem>
  );
}

/** The three-dot menu of a person, opened. */
export function RowMenuContent({ user, trigger, onPage }: RowMenuContentProps) {
  return (
    <Menu defaultOpen>
      <MenuTrigger {...trigger} />
      <MenuContent className="max-w-64 min-w-52">
        <UpdateRole user={user} />
        <EditName user={user} />
        <PushItems user={user} />
        <SyncItem user={user} />
        <MenuSeparator />
        {!onPage && (
          <MenuItem render={<Link to="/admin/users/$id" params={{ id: user._id }} />}>
            <UserRoundIcon aria-hidden /> Open user page
          </MenuItem>
        )}
        <MenuItem
          render={
            <a href={clerkUserUrl(user.externalId)} target="_blank" rel="noreferrer">
              <ExternalLinkIcon aria-hidden /> Open in Clerk
            </a>
          }
        />
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

interface RowMenuContentProps {
  user: UserRow;
  trigger: TriggerProps;
  /** On the person's own page, which needs no way to itself. */
  onPage?: boolean;
}
