import { RcWaitError } from '../base/error.ts';
import type { Region } from '../base/region.ts';
import { believed, wordsOf } from './finding.ts';
import { areManaged, areOfRackconnectV3 } from './parse/roles.ts';
import { type Server, thisServer } from './server.ts';

/** What the roles of this server's account mean for a wait. */
export interface Account {
  /** a second automation follows RackConnect's */
  readonly managed: boolean;
  /** a source has named the roles; otherwise one may do so later */
  readonly isKnown: boolean;
  /** who said what, one line each */
  readonly said: readonly string[];
}

/**
 * The account of this server, by the roles in xenstore or on the config drive. Without roles nothing speaks
 * against a wait.
 * @param apiNamed the owner has named the API: then v3 is no objection
 * @throws RcWaitError CONFIGURATION when RackConnect v3 serves the account: it has nothing to wait for
 */
export async function accountOf(
  region: Region | undefined,
  apiNamed: boolean,
  server: Pick<Server, 'roles'> = thisServer(),
): Promise<Account> {
  const findings = await server.roles();
  const known = believed(findings);
  const roles = known?.value ?? [];
  if (!apiNamed && areOfRackconnectV3(roles, region)) {
    throw new RcWaitError(
      'CONFIGURATION',
      'cannot wait for RackConnect v2.0: this account has RackConnect v3, which is another product and runs no automation on servers',
      { hint: 'disable rc-wait.service here; should its roles be wrong, name the API with --api-url' },
    );
  }
  return {
    managed: areManaged(roles),
    isKnown: known !== undefined,
    said: findings.map((one) => `roles by ${wordsOf(one)}`),
  };
}
