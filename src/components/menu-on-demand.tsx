import { Suspense, useState, type KeyboardEvent, type ReactNode } from 'react';
import { cn } from '../lib/cn';
import { buttonVariants } from './ui/button';

/** What the menu's own trigger must look like, so that nothing moves when it takes over. */
export interface TriggerProps {
  'aria-label': string;
  className: string;
  children: ReactNode;
}

interface MenuOnDemandProps {
  label: string;
  icon: ReactNode;
  className?: string;
  /** Starts loading the menu: somebody is about to open it. */
  preload: () => void;
  /** The menu, open from the start, with a trigger of the given looks. */
  menu: (trigger: TriggerProps) => ReactNode;
}

/**
 * The button of a menu whose code comes when it is first wanted. A page full of rows is there
 * without any of it; pointing at or focusing the button starts loading.
 */
export function MenuOnDemand({ label, icon, className, preload, menu }: MenuOnDemandProps) {
  const [asked, setAsked] = useState(false);
  const looks: TriggerProps = {
    'aria-label': label,
    className: cn(buttonVariants({ variant: 'ghost', size: 'icon' }), className),
    children: icon,
  };
  const openByKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    setAsked(true);
  };
  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={preload}
      onFocus={preload}
      onKeyDown={openByKey}
      onClick={() => setAsked(true)}
      {...looks}
    />
  );
  return asked ? <Suspense fallback={button}>{menu(looks)}</Suspense> : button;
}
