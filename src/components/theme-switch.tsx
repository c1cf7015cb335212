import { MoonIcon, SunIcon } from 'lucide-react';
import { lazyPart, preloading } from '../lib/lazy-part';
import { MenuOnDemand } from './menu-on-demand';

const load = () => import('./theme-menu');
const ThemeMenu = lazyPart(async () => (await load()).ThemeMenu);

function ThemeIcon() {
  return (
    <>
      <SunIcon aria-hidden className="dark:hidden" />
      <MoonIcon aria-hidden className="hidden dark:block" />
    </>
  );
}

/** System, light or dark. */
export function ThemeSwitch() {
  return (
    <MenuOnDemand
      label="Theme"
      icon={<ThemeIcon />}
      preload={preloading(load)}
      menu={(trigger) => <ThemeMenu trigger={trigger} />}
    />
  );
}
