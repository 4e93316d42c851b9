/** The list of pages by task, with the chord that opens each. */
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Icon, useShortcuts } from '#ui';
import { AREAS, PAGES } from './navigation.ts';
import { holds, useMe } from './session.ts';

export function Navigation({ onNavigate }: { onNavigate(): void }) {
  const t = useTranslations('shell');
  const me = useMe();
  const navigate = useNavigate();
  const offered = PAGES.filter(({ permission }) => holds(me, permission));
  useShortcuts(
    offered.map(({ id, keys, path }) => ({
      keys,
      label: t('go-to', { page: t(`page-${id}`) }),
      run: () => void navigate({ to: path }),
    })),
  );
  return (
    <nav aria-label={t('navigation')} className="flex-1 overflow-auto px-2 pb-2">
      {AREAS.map((area) => {
        const pages = offered.filter((page) => page.area === area);
        if (pages.length === 0) return null;
        return (
          <section key={area} aria-label={t(`area-${area}`)} className="mb-3">
            <p className="px-2 pb-1 text-xs font-medium text-ink-muted">{t(`area-${area}`)}</p>
            <ul>
              {pages.map(({ id, path, icon }) => (
                <li key={id}>
                  <Link
                    to={path}
                    onClick={onNavigate}
                    className="flex min-h-8 items-center gap-2 rounded-md px-2 hover:bg-sunken aria-[current=page]:bg-accent-soft aria-[current=page]:font-semibold"
                  >
                    <Icon name={icon} />
                    {t(`page-${id}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}
