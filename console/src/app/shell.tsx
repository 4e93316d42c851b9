/** The frame around every page: navigation by task, who works where, and what must be seen wherever one is. */
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { IconButton, Toasts } from '#ui';
import { AccountMenu } from './account-menu.tsx';
import { Notices } from './notices.tsx';
import { Navigation } from './navigation-list.tsx';
import { Palette } from './palette.tsx';
import { holds, placeOf, useMaybeMe, useOtherTabs } from './session.ts';
import { SessionDialog } from './session-dialog.tsx';
import { PAGES } from './navigation.ts';
import { LostPage } from './fault-pages.tsx';
import { ShortcutHelp } from './shortcut-help.tsx';

export function Shell() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const me = useMaybeMe();
  useOtherTabs();
  if (path === '/sign-in') {
    return (
      <>
        <Outlet />
        <Toasts />
      </>
    );
  }
  if (me === null) {
    return (
      <main className="min-h-full p-4">
        <Outlet />
      </main>
    );
  }
  // Another member or tenant begins with an empty page: no half-written word of the one before.
  return <Frame key={placeOf(me)} path={path} />;
}

function Frame({ path }: { path: string }) {
  const t = useTranslations('shell');
  const main = useRef<HTMLElement>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  return (
    <div className="flex h-full flex-col md:flex-row">
      <a
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
        className="absolute start-2 top-2 z-50 -translate-y-20 rounded-md bg-accent px-3 py-2 text-accent-ink focus:translate-y-0"
      >
        {t('skip')}
      </a>
      <div className="flex shrink-0 flex-col border-line bg-surface max-md:border-b md:w-52 md:border-e">
        <header className="flex items-center gap-2 p-3">
          <img src="/mark.svg" alt="" className="size-6" />
          <span className="flex-1 text-lg font-semibold">Reeve</span>
          <Palette />
          <IconButton
            icon={menuOpen ? 'close' : 'menu'}
            label={t('menu')}
            aria-expanded={menuOpen}
            className="md:hidden"
            onClick={() => setMenuOpen(!menuOpen)}
          />
        </header>
        <div className={`min-h-0 flex-1 flex-col overflow-auto md:flex ${menuOpen ? 'flex' : 'hidden'}`}>
          <Navigation onNavigate={() => setMenuOpen(false)} />
          <AccountMenu />
        </div>
      </div>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Notices />
        <main ref={main} id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 overflow-auto outline-none">
          <Allowed path={path} />
        </main>
      </div>
      <Toasts />
      <ShortcutHelp />
      <SessionDialog />
    </div>
  );
}

/** A page that this member may not see is told as one that is not there for them. */
function Allowed({ path }: { path: string }) {
  const me = useMaybeMe();
  const page = PAGES.find((one) => one.path === path);
  if (page !== undefined && me !== null && !holds(me, page.permission)) return <LostPage />;
  return <Outlet />;
}
