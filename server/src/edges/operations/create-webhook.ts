/** Makes a webhook. Its target is a stranger's word, so it is looked at before it is kept, and again when it is called. */
import { AppError, type IdSource, type Scope } from '#kernel';
import { pointsInward } from '#platform/http-client/port.ts';
import { isInside, SEAL_PURPOSE, type DeliveryDeps } from './send-delivery.ts';
import { countWebhooks, insertWebhook } from './webhook-store.ts';
import { makeSecret, type Webhook } from './webhooks.ts';

export interface WebhookWish {
  url: string;
  events: readonly string[];
}

export interface WebhookDeps extends DeliveryDeps {
  ids: IdSource;
}

const WEBHOOKS_MAX = 20;

/**
 * Stores a webhook of the caller's tenant and answers it with its secret, which nobody can read again. Throws
 * `AppError`: `invalid_request` for a target that will never be called, `conflict` past 20 webhooks.
 */
export async function createWebhook(
  deps: WebhookDeps,
  scope: Scope,
  { url, events }: WebhookWish,
): Promise<{ webhook: Webhook; secret: string }> {
  const target = checkTarget(deps, url);
  const secret = makeSecret(deps.random);
  const sealed = await deps.secrets.encrypt(scope, SEAL_PURPOSE, Buffer.from(secret));
  const webhook: Webhook = {
    id: deps.ids.next('webhook'),
    tenantId: scope.tenantId,
    url: target,
    events: [...new Set(events)],
    createdAtMs: deps.clock.now(),
    createdBy: scope.actor.keyId,
    disabledAtMs: null,
    disabledReason: null,
  };
  await deps.database.forTenant(scope, async (tx) => {
    if ((await countWebhooks(tx)) >= WEBHOOKS_MAX) {
      throw new AppError('conflict', { message: `A tenant has at most ${WEBHOOKS_MAX} webhooks.` });
    }
    await insertWebhook(tx, webhook, sealed);
  });
  return { webhook, secret };
}

function checkTarget(deps: WebhookDeps, text: string): string {
  const refuse = (message: string): never => {
    throw new AppError('invalid_request', { message, param: 'url' });
  };
  if (!URL.canParse(text)) return refuse('"url" is not a URL.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse('"url" must begin with https:// or http://.');
  if (url.username !== '' || url.password !== '') return refuse('"url" must not hold credentials.');
  url.hash = '';
  if (pointsInward(url.href) && !isInside(deps, url.href)) {
    return refuse('"url" points into the network. The operator can allow it in webhooks.allow.');
  }
  return url.href;
}
