import { systemClock } from '../base/clock.ts';
import { RcWaitError } from '../base/error.ts';
import { rememberRegion } from '../host/remembered-region.ts';
import type { AskOptions } from '../pace/types.ts';
import { findRegion } from '../rackconnect/find-region.ts';
import { type ApiUrl, apiUrlOf } from '../rackconnect/regions.ts';
import type { ApiAccess, ApiTarget } from './api.ts';
import type { ApiOptions } from './options.ts';

/**
 * Asks all regions once for the API that knows this server, and stores the region for later runs.
 * @throws RcWaitError API_REFUSED or API_UNAVAILABLE when no region knows it, CONFIGURATION when several do
 */
export async function searchOnce(
  { clientOf }: Pick<ApiAccess, 'clientOf'>,
  args: Pick<ApiOptions, 'state-dir'>,
  { said }: Pick<ApiTarget, 'said'>,
  within: Pick<AskOptions, 'signal' | 'onDelay'>,
): Promise<ApiUrl> {
  const search = await findRegion(clientOf, { ...within, nowMs: systemClock.nowMs() });
  if (search.kind === 'found') {
    await rememberRegion(args['state-dir'], search.region);
    return apiUrlOf(search.region);
  }
  throw new RcWaitError(
    search.refused ? 'API_REFUSED' : 'API_UNAVAILABLE',
    `cannot tell the region of this server: ${search.why}`,
    { hint: [search.remedy, said.join('; ')].filter((part) => part !== '').join('. ') },
  );
}
