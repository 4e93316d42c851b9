/** What stands in this page's URL. */
import { dropAbsent, readChoice, readText, type RawSearch } from '#app';

export const TABS = ['providers', 'models', 'prices', 'limits'] as const;
export type SettingsTab = (typeof TABS)[number];

export interface SettingsSearch {
  tab?: SettingsTab;
  /** The provider, or the model, whose panel is open. */
  provider?: string;
  model?: string;
  /** What is looked for among models and prices. */
  q?: string;
}

export function parseSettingsSearch(search: RawSearch): SettingsSearch {
  return dropAbsent({
    tab: readChoice(search['tab'], TABS),
    provider: readText(search['provider']),
    model: readText(search['model']),
    q: readText(search['q']),
  });
}
