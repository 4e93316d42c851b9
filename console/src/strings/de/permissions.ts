/** German: what scopes and roles permit, in words. */
import type { permissions as English } from '../en/permissions.ts';

export const permissions: typeof English = {
  'scope-*': 'Alles, auch was noch kommt',
  'scope-models:invoke': 'Modelle aufrufen',
  'scope-sessions:use': 'Gespräche führen',
  'scope-receipts:read': 'Belege lesen',
  'scope-usage:read': 'Nutzung und Kosten sehen',
  'scope-keys:manage': 'Schlüssel anlegen und beenden',
  'scope-members:manage': 'Mitglieder einladen und ändern',
  'scope-webhooks:manage': 'Webhooks verwalten',
  'scope-settings:read': 'Einstellungen sehen',
  'scope-operations:read': 'Sehen, was läuft',
  'scope-operations:manage': 'Fehlgeschlagenes wiederholen und neu aufbauen',
  'scope-tenants:manage': 'Mandanten anlegen',
  'role-OWNER': 'Eigentümer',
  'role-OWNER-lead': 'Darf alles. Ein Eigentümer des ersten Mandanten arbeitet in jedem Mandanten.',
  'role-ADMIN': 'Administrator',
  'role-ADMIN-lead': 'Betreibt die Installation: jedes Recht beim Namen.',
  'role-TENANT_ADMIN': 'Mandanten-Administrator',
  'role-TENANT_ADMIN-lead':
    'Führt diesen Mandanten: seine Schlüssel, Mitglieder und Webhooks, und alles, was Bearbeiter dürfen.',
  'role-EDITOR': 'Bearbeiter',
  'role-EDITOR-lead': 'Arbeitet mit Modellen und sieht, was es gekostet hat.',
  'role-VIEWER': 'Leser',
  'role-VIEWER-lead': 'Liest Belege und Nutzung und ändert nichts.',
  'role-ROLE_AGRONOMIST': 'Agronom',
  'role-ROLE_AGRONOMIST-lead': 'Fragt Modelle, auch nach Prognosen, und führt Gespräche.',
  'role-ROLE_MANAGER': 'Manager',
  'role-ROLE_MANAGER-lead': 'Gibt Änderungen frei und liest dafür Belege und Nutzung.',
  'role-ROLE_ADMIN': 'Änderungs-Administrator',
  'role-ROLE_ADMIN-lead': 'Erzwingt ein Zurückrollen oder setzt eine Basislinie zurück; liest Belege und Nutzung.',
};
