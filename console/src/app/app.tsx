/** The providers around everything: language, data, router. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { IntlProvider } from 'use-intl';
import { ApiProblem } from '#api';
import { listenForShortcuts } from '#ui';
import type { Strings } from '../strings/en/index.ts';
import { language, useSignal, type Language } from './preferences.ts';
import { createAppRouter } from './router.tsx';

const LOADERS: Record<Language, () => Promise<{ strings: Strings }>> = {
  en: () => import('../strings/en/index.ts'),
  uk: () => import('../strings/uk/index.ts'),
  ru: () => import('../strings/ru/index.ts'),
  de: () => import('../strings/de/index.ts'),
};
const TRIES_MAX = 2;

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // The browser's opinion of its connection is not ours: a question that cannot be asked fails, and the page says so.
      networkMode: 'always',
      // What the server refused stays refused; what did not reach it may reach it the next time.
      retry: (failures, error) => failures < TRIES_MAX && error instanceof ApiProblem && error.code === 'unreachable',
    },
    mutations: { networkMode: 'always' },
  },
});
const router = createAppRouter(queryClient);

export function App() {
  const locale = useSignal(language);
  const [loaded, setLoaded] = useState<{ locale: Language; strings: Strings } | null>(null);
  useEffect(() => {
    let current = true;
    void LOADERS[locale]().then(({ strings }) => {
      if (current) setLoaded({ locale, strings });
    });
    return () => {
      current = false;
    };
  }, [locale]);
  useEffect(listenForShortcuts, []);
  if (loaded === null) return null;
  return (
    <IntlProvider
      locale={loaded.locale}
      messages={loaded.strings}
      timeZone={new Intl.DateTimeFormat().resolvedOptions().timeZone}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </IntlProvider>
  );
}
