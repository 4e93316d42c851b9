/** Makes `useTranslations` know every area and string. */
import type { Language } from '../app/preferences.ts';
import type { Strings } from './en/index.ts';

declare module 'use-intl' {
  interface AppConfig {
    Locale: Language;
    Messages: Strings;
  }
}
