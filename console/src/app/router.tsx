/** Every page's address. A page's code is loaded when it is opened; what its URL may say is known from the start. */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { parseKeysSearch } from '../pages/govern-keys/search.ts';
import { parseMembersSearch } from '../pages/govern-members/search.ts';
import { parseUsageSearch } from '../pages/govern-usage/search.ts';
import { parseLiveSearch } from '../pages/operate-live/search.ts';
import { parseSettingsSearch } from '../pages/operate-settings/search.ts';
import { parseReceiptsSearch } from '../pages/prove-receipts/search.ts';
import { parseSignInSearch } from '../pages/sign-in/search.ts';
import { parseChatSearch } from '../pages/work-chat/search.ts';
import { PAGES } from './navigation.ts';
import { FaultPage, LostPage } from './fault-pages.tsx';
import { parseSearch, stringifySearch } from './search.ts';
import { holds, meQuery } from './session.ts';
import { Shell } from './shell.tsx';

interface Context {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: Shell,
  notFoundComponent: LostPage,
  errorComponent: FaultPage,
  async beforeLoad({ context, location, matches }) {
    if (location.pathname === '/sign-in') return;
    // No page has this address, and nobody has to sign in to read that.
    if (matches.length === 1) return;
    const me = await context.queryClient.ensureQueryData(meQuery);
    if (me === null) throw redirect({ to: '/sign-in', search: { next: location.href }, replace: true });
  },
});
const getParentRoute = () => root;

const home = createRoute({
  getParentRoute,
  path: '/',
  async beforeLoad({ context }) {
    const me = await context.queryClient.ensureQueryData(meQuery);
    const first = PAGES.find(({ permission }) => me !== null && holds(me, permission));
    throw redirect({ to: first?.path ?? '/design', replace: true });
  },
});
const signIn = createRoute({ getParentRoute, path: '/sign-in', validateSearch: parseSignInSearch }).lazy(() =>
  import('../pages/sign-in/index.tsx').then((page) => page.route),
);
const chat = createRoute({ getParentRoute, path: '/work/chat', validateSearch: parseChatSearch }).lazy(() =>
  import('../pages/work-chat/index.tsx').then((page) => page.route),
);
const keys = createRoute({ getParentRoute, path: '/govern/keys', validateSearch: parseKeysSearch }).lazy(() =>
  import('../pages/govern-keys/index.tsx').then((page) => page.route),
);
const members = createRoute({ getParentRoute, path: '/govern/members', validateSearch: parseMembersSearch }).lazy(() =>
  import('../pages/govern-members/index.tsx').then((page) => page.route),
);
const usage = createRoute({ getParentRoute, path: '/govern/usage', validateSearch: parseUsageSearch }).lazy(() =>
  import('../pages/govern-usage/index.tsx').then((page) => page.route),
);
const receipts = createRoute({ getParentRoute, path: '/prove/receipts', validateSearch: parseReceiptsSearch }).lazy(
  () => import('../pages/prove-receipts/index.tsx').then((page) => page.route),
);
const live = createRoute({ getParentRoute, path: '/operate/live', validateSearch: parseLiveSearch }).lazy(() =>
  import('../pages/operate-live/index.tsx').then((page) => page.route),
);
const settings = createRoute({ getParentRoute, path: '/operate/settings', validateSearch: parseSettingsSearch }).lazy(
  () => import('../pages/operate-settings/index.tsx').then((page) => page.route),
);
const design = createRoute({ getParentRoute, path: '/design' }).lazy(() =>
  import('../pages/design/index.tsx').then((page) => page.route),
);

const routeTree = root.addChildren([home, signIn, chat, keys, members, usage, receipts, live, settings, design]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultErrorComponent: FaultPage,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
