/** Russian: what scopes and roles permit, in words. */
import type { permissions as English } from '../en/permissions.ts';

export const permissions: typeof English = {
  'scope-*': 'Всё, также то, что появится позже',
  'scope-models:invoke': 'Вызывать модели',
  'scope-sessions:use': 'Вести беседы',
  'scope-receipts:read': 'Читать квитанции',
  'scope-usage:read': 'Видеть использование и стоимость',
  'scope-keys:manage': 'Создавать и отзывать ключи',
  'scope-members:manage': 'Приглашать и менять участников',
  'scope-webhooks:manage': 'Управлять вебхуками',
  'scope-settings:read': 'Видеть настройки',
  'scope-operations:read': 'Видеть, что работает',
  'scope-operations:manage': 'Повторять и перестраивать неудавшееся',
  'scope-tenants:manage': 'Создавать организации',
  'role-OWNER': 'Владелец',
  'role-OWNER-lead': 'Может всё. Владелец первой организации работает в каждой организации.',
  'role-ADMIN': 'Администратор',
  'role-ADMIN-lead': 'Ведёт всю установку: каждое право поимённо.',
  'role-TENANT_ADMIN': 'Администратор организации',
  'role-TENANT_ADMIN-lead': 'Ведёт эту организацию: её ключи, участников и вебхуки, а также всё, что может редактор.',
  'role-EDITOR': 'Редактор',
  'role-EDITOR-lead': 'Работает с моделями и видит, сколько это стоило.',
  'role-VIEWER': 'Читатель',
  'role-VIEWER-lead': 'Читает квитанции и использование и ничего не меняет.',
  'role-ROLE_AGRONOMIST': 'Агроном',
  'role-ROLE_AGRONOMIST-lead': 'Спрашивает модели, в том числе о прогнозах, и ведёт беседы.',
  'role-ROLE_MANAGER': 'Менеджер',
  'role-ROLE_MANAGER-lead': 'Одобряет изменения и поэтому читает квитанции и использование.',
  'role-ROLE_ADMIN': 'Администратор изменений',
  'role-ROLE_ADMIN-lead':
    'Принудительно откатывает изменения или сбрасывает базовую линию; читает квитанции и использование.',
};
