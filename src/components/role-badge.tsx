import { roleLabel, roleNames, type Role } from '../shared/roles';
import { Badge, type BadgeVariant } from './ui/badge';

/** The higher the rank, the stronger the mark: first, last, in between. */
function variantOf(role: Role): BadgeVariant {
  const rank = roleNames.indexOf(role);
  if (rank === 0) return 'default';
  return rank === roleNames.length - 1 ? 'outline' : 'secondary';
}

export function RoleBadge({ role }: { role: Role }) {
  return (
    <Badge variant={variantOf(role)} className="max-w-full">
      <span className="truncate">{roleLabel(role)}</span>
    </Badge>
  );
}
