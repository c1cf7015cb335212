import { MonitorIcon, MoonIcon, SunIcon } from 'lucide-react';
import { themeChoices, useTheme, type ThemeChoice } from '../lib/theme';
import type { TriggerProps } from './menu-on-demand';
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from './ui/menu';

const choices = {
  system: { label: 'System', icon: MonitorIcon },
  light: { label: 'Light', icon: SunIcon },
  dark: { label: 'Dark', icon: MoonIcon },
} satisfies Record<ThemeChoice, unknown>;

/** The choice of a theme, opened. */
export function ThemeMenu({ trigger }: { trigger: TriggerProps }) {
  const { choice, setChoice } = useTheme();
  return (
    <Menu defaultOpen>
      <MenuTrigger {...trigger} />
      <MenuContent className="min-w-36">
        <MenuRadioGroup
          value={choice}
          onValueChange={(value: unknown) => {
            const next = themeChoices.find((known) => known === value);
            if (next) setChoice(next);
          }}
        >
          {themeChoices.map((value) => {
            const { label, icon: Icon } = choices[value];
            return (
              <MenuRadioItem key={value} value={value} closeOnClick>
                <Icon aria-hidden /> {label}
              </MenuRadioItem>
            );
          })}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
