import { EllipsisIcon } from 'lucide-react';
import { MenuOnDemand } from '../../components/menu-on-demand';
import { lazyPart, preloading } from '../../lib/lazy-part';
import type { UserRow } from './queries';

const load = () => import('./row-menu-content');
const RowMenuContent = lazyPart(async () => (await load()).RowMenuContent);

/** The three-dot menu of a row. */
export function RowMenu({ user }: { user: UserRow }) {
  return (
    <MenuOnDemand
      label={`Actions for ${user.name}`}
      icon={<EllipsisIcon aria-hidden />}
      className="size-8"
      preload={preloading(load)}
      menu={(trigger) => <RowMenuContent user={user} trigger={trigger} />}
    />
  );
}
