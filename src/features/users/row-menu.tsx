import { EllipsisIcon } from 'lucide-react';
import { lazy } from 'react';
import { MenuOnDemand } from '../../components/menu-on-demand';
import type { UserRow } from './queries';

const load = () => import('./row-menu-content');
const RowMenuContent = lazy(async () => ({ default: (await load()).RowMenuContent }));

/** The three-dot menu of a row. */
export function RowMenu({ user }: { user: UserRow }) {
  return (
    <MenuOnDemand
      label={`Actions for ${user.name}`}
      icon={<EllipsisIcon aria-hidden />}
      className="size-8"
      preload={load}
      menu={(trigger) => <RowMenuContent user={user} trigger={trigger} />}
    />
  );
}
