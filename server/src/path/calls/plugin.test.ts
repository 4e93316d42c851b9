import { describe, expect, it } from 'vitest';
import { asTenantId, type Onlooker } from '#kernel';
import { createVirtualClock } from '#platform/clock/testing.ts';
import { createTraffic } from '#platform/telemetry/traffic.ts';
import { createCallsPlugin } from './plugin.ts';

const near: Onlooker = { tenantId: asTenantId('near'), everything: false };
const FAR_MODEL = 'model-of-far';

async function showLive(onlooker: Onlooker): Promise<string> {
  const traffic = createTraffic(createVirtualClock());
  const base = { surface: 'openai', kind: 'chat', status: 'ok', provider: 'acme', seconds: 0.1, overheadSeconds: 0 };
  const figures = { inputTokens: 1, outputTokens: 1, costNanos: 0, stream: false };
  traffic.call({ ...base, ...figures, tenantId: asTenantId('far'), model: FAR_MODEL });
  traffic.streamOpened();
  const { live = [] } = createCallsPlugin({
    traffic,
    capacity: { inFlight: 7331, queued: 0 },
    limits: { inFlight: 4096, queued: 4096 },
  });
  return JSON.stringify(await Promise.all(live.map((part) => part.read(onlooker))));
}

describe('the live figures of calls', () => {
  it("show a tenant nothing of another's traffic, nor how many places are taken", async () => {
    const text = await showLive(near);
    expect(text).not.toContain(FAR_MODEL);
    expect(text).not.toContain('7331');
    expect(text).toContain('"requests":0');
  });

  it('seeded fault: an onlooker who is taken for the owner of all sees both, and the test above would tell', async () => {
    const text = await showLive({ ...near, everything: true });
    expect(text).toContain(FAR_MODEL);
    expect(text).toContain('7331');
  });
});
