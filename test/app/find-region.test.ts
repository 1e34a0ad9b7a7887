import { describe, expect, it } from 'vitest';
import { searchOnce } from '../../src/app/find-region.ts';
import { rememberedRegion } from '../../src/host/remembered-region.ts';
import type { Reply } from '../../src/http/types.ts';
import type { RackconnectClient } from '../../src/rackconnect/client.ts';
import { scratch } from '../cli/harness.ts';
import { answer } from '../support/scripted-client.ts';

/** The six APIs, of which those in `knowing` know this server. */
const apis =
  (knowing: readonly string[], other: Reply = { kind: 'refused' }) =>
  (baseUrl: string): RackconnectClient => ({
    ask: async () => ({
      reply: knowing.some((region) => baseUrl.includes(`//${region}.`))
        ? answer({ automation_status: 'DEPLOYING' })
        : other,
      askedMs: 0,
      shared: false,
    }),
  });
const said = ['region by xenstore: xenstore-read is not installed'];
const search = (clientOf: (baseUrl: string) => RackconnectClient, stateDir = scratch()) =>
  searchOnce({ clientOf }, { 'state-dir': stateDir }, { said }, {});

describe('asking the APIs of all regions once', () => {
  it('finds the one that knows this server, and it is remembered', async () => {
    const stateDir = scratch();
    expect(await search(apis(['lon']), stateDir)).toBe('https://lon.api.rackconnect.rackspace.com');
    expect(await rememberedRegion(stateDir)).toMatchObject({ kind: 'known', value: 'lon' });
  });

  it('says that none does, what each said, who else was asked, and the flag to use', async () => {
    const stateDir = scratch();
    await expect(search(apis([], { kind: 'absent' }), stateDir)).rejects.toMatchObject({
      code: 'API_UNAVAILABLE',
      message: 'cannot tell the region of this server: the API of no region knows this server: 404',
      hint: 'name it with --region (dfw, hkg, iad, lon, ord or syd). region by xenstore: xenstore-read is not installed',
    });
    expect(await rememberedRegion(stateDir)).toMatchObject({ kind: 'absent' });
  });

  it('says of six names that cannot be resolved that DNS does not work, and nothing of the six', async () => {
    const lookup: Reply = {
      kind: 'unreachable',
      code: 'EAI_AGAIN',
      reason: 'the name server did not answer for x',
    };
    await expect(search(apis([], lookup))).rejects.toMatchObject({
      code: 'API_UNAVAILABLE',
      message:
        'cannot tell the region of this server: DNS does not work on this server: the names of the six APIs cannot be resolved: the name server did not answer',
      hint: expect.stringMatching(/^look at \/etc\/resolv\.conf/),
    });
  });

  it('does not say of APIs that cannot be reached that they do not know this server', async () => {
    const down: Reply = { kind: 'unreachable', code: 'ETIMEDOUT', reason: 'timed out' };
    await expect(search(apis([], down))).rejects.toMatchObject({
      message: 'cannot tell the region of this server: none of the six APIs can be reached: timed out',
    });
  });

  it('is refused where all of them refuse', async () => {
    await expect(search(apis([]))).rejects.toMatchObject({ code: 'API_REFUSED' });
  });

  it('decides nothing where two know it', async () => {
    await expect(search(apis(['lon', 'iad']))).rejects.toMatchObject({
      code: 'CONFIGURATION',
      hint: 'name it with --region',
    });
  });
});
