import { Menu as Base } from '@base-ui/react/menu';
import { CheckIcon, ChevronRightIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';

export const Menu = Base.Root;
export const MenuTrigger = Base.Trigger;
export const MenuGroup = Base.Group;
export const SubMenu = Base.SubmenuRoot;
export const MenuRadioGroup = Base.RadioGroup;

const item =
  'relative flex items-center gap-2 rounded-sm px-2 py-1.5 text-sm outline-none select-none data-[highlighted]:bg-accent data-[highlighted]:text-accent-foreground data-[disabled]:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted-foreground';

type ContentProps = ComponentProps<typeof Base.Popup> &
  Pick<ComponentProps<typeof Base.Positioner>, 'align' | 'side' | 'sideOffset'>;

export function MenuContent({
  className,
  align = 'end',
  side,
  sideOffset = 4,
  ...props
}: ContentProps) {
  return (
    <Base.Portal>
      <Base.Positioner
        align={align}
        side={side}
        sideOffset={sideOffset}
        className="z-50 outline-none"
      >
        <Base.Popup
          className={cn(
            'popup-motion max-h-(--available-height) min-w-44 overflow-y-auto rounded-lg border bg-popover p-1 shadow-lg outline-none',
            className,
          )}
          {...props}
        />
      </Base.Positioner>
    </Base.Portal>
  );
}

export function MenuItem({ className, ...props }: ComponentProps<typeof Base.Item>) {
  return <Base.Item className={cn(item, className)} {...props} />;
}

export function SubMenuTrigger({
  className,
  children,
  ...props
}: ComponentProps<typeof Base.SubmenuTrigger>) {
  return (
    <Base.SubmenuTrigger className={cn(item, 'data-[popup-open]:bg-accent', className)} {...props}>
      {children}
      <ChevronRightIcon className="ml-auto" aria-hidden />
    </Base.SubmenuTrigger>
  );
}

export function MenuLabel({ className, ...props }: ComponentProps<typeof Base.GroupLabel>) {
  return (
    <Base.GroupLabel
      className={cn('px-2 py-1.5 text-xs font-medium text-muted-foreground', className)}
      {...props}
    />
  );
}

export function MenuSeparator({ className, ...props }: ComponentProps<typeof Base.Separator>) {
  return <Base.Separator className={cn('-mx-1 my-1 h-px bg-border', className)} {...props} />;
}

export function MenuRadioItem({
  className,
  children,
  ...props
}: ComponentProps<typeof Base.RadioItem>) {
  return (
    <Base.RadioItem className={cn(item, 'pr-8', className)} {...props}>
      {children}
      <Base.RadioItemIndicator className="absolute right-2 flex items-center">
        <CheckIcon aria-hidden />
      </Base.RadioItemIndicator>
    </Base.RadioItem>
  );
}

export function MenuCheckboxItem({
  className,
  children,
  ...props
}: ComponentProps<typeof Base.CheckboxItem>) {
  return (
    <Base.CheckboxItem className={cn(item, 'pr-8', className)} {...props}>
      {children}
      <Base.CheckboxItemIndicator className="absolute right-2 flex items-center">
        <CheckIcon aria-hidden />
      </Base.CheckboxItemIndicator>
    </Base.CheckboxItem>
  );
}
