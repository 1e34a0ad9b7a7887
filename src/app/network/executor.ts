import { recover } from '../../network/change/recover.ts';
import type { NetworkPlan } from '../../network/types.ts';
import type { OpenApi } from '../api.ts';
import { recoverByService } from './as-service.ts';
import { changeOptions, recoveredWords } from './change-options.ts';
import type { StepPart } from './parts.ts';
import type { ServiceApi } from './service-request.ts';

/** Which process changes the network: this one, or a transient service that has the right to. */
export type Executor = {
  /** called with each part of a change when it has ended */
  readonly onPart?: ((part: StepPart) => void) | undefined;
} & (
  | {
      readonly by: 'this-process';
      /** must still answer after the change */
      readonly api?: OpenApi | undefined;
      /** called with the plan before it is carried out */
      readonly onPlan?: (plan: NetworkPlan) => void;
      readonly onNotice: (notice: string) => void;
      /** rolls an unfinished change back when it is aborted; undefined: signals do not interrupt a change */
      readonly signal?: AbortSignal | undefined;
    }
  | {
      readonly by: 'service';
      /** must still answer after the change; null: no API is asked */
      readonly api: ServiceApi | null;
    }
);

/** Receives what a change does. */
export interface Say {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** Explains each plan to a person. */
export function explainTo({ info, warn }: Say): (plan: NetworkPlan) => void {
  return ({ why, disabled, warnings = [] }) => {
    info(why);
    for (const name of disabled)
      info(`${name} goes down, and stays down at every boot: sessions that came in by it end`);
    for (const warning of warnings) warn(`warning: ${warning}`);
  };
}

/**
 * Undoes or tidies up what a killed rc-wait left unfinished. Call it before planning: a plan must see the
 * original files.
 * @throws RcWaitError NETWORK_FILE, NETWORK_LOST
 */
export async function recoverFirst(root: string, executor: Executor): Promise<void> {
  if (executor.by === 'service') return recoverByService();
  const { onNotice, signal } = executor;
  const words = recoveredWords(await recover({ ...changeOptions(root, onNotice), signal }));
  if (words !== undefined) onNotice(words);
}
