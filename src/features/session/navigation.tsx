import { Link } from '@tanstack/react-router';
import { visibleSections } from '../../components/navigation-items';
import { actorOf, type Viewer } from '../../lib/live';

interface NavigationProps {
  viewer: Viewer;
  onNavigate?: () => void;
}

/** What the viewer's role has a use for; follows the row. */
export function Navigation({ viewer, onNavigate }: NavigationProps) {
  const visible = visibleSections(actorOf(viewer));
  return (
    <nav aria-label="Main" className="flex-1 overflow-y-auto px-3 py-2">
      {visible.map((section) => (
        <div key={section.label} className="mb-4">
          <p className="px-2 pb-1 text-xs font-medium text-muted-foreground">{section.label}</p>
          <ul className="grid gap-0.5">
            {section.items.map(({ to, label, icon: Icon, exact }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: exact ?? false, includeSearch: false }}
                  onClick={onNavigate}
                  className="flex items-center gap-2.5 rounded-md px-2 py-1.5 text-sm text-foreground/80 outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50 data-[status=active]:bg-accent data-[status=active]:font-medium data-[status=active]:text-accent-foreground"
                >
                  <Icon className="size-4 shrink-0" aria-hidden />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
