import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBarriers, keepPicture, startConsole, type ConsoleRig } from '../rigs/console.ts';

let rig: ConsoleRig;
beforeAll(async () => {
  rig = await startConsole();
});
afterAll(() => rig.close());
afterEach(() => expect(rig.faults()).toEqual([]));

describe('the shell', () => {
  it('signs in by the one-time link, which opening alone does not use up', async () => {
    const link = await rig.makeLink();
    const passerBy = await rig.open(link, { signedIn: false });
    await passerBy.getByRole('button', { name: 'Enter' }).waitFor();
    const page = await rig.open(link, { signedIn: false });
    await keepPicture(page, 'sign-in');
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.waitForURL(/work\/chat/);
    await passerBy.getByRole('button', { name: 'Enter' }).click();
    await passerBy.getByRole('alert').waitFor();
  });
});
