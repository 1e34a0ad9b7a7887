import type { Order } from '../stacks/at-boot.ts';
import type { Taken } from '../stacks/text/script/doings.ts';
import { bringsBack, type Loss, type Selected } from '../stacks/text/script/losses.ts';
import type { GatewayTarget } from '../types.ts';

/** Whether a command leaves the gateway's default route in place once its script has ended. */
export type Weight = 'harmless' | 'possible' | 'certain';

/** Weighs a command of a script against the gateway: what it takes away, when it runs, and what sets the route again. */
export function weigh(taken: Taken, target: GatewayTarget, order: Order): Weight {
  const hits = [matches(taken.device, target.interfaceName), matches(taken.via, target.gateway)];
  if (order === 'before' || hits.includes('no') || isSetAgain(taken, target)) return 'harmless';
  const isCertain =
    order === 'after' && !taken.isConditional && !isUncertain(taken) && !hits.includes('maybe');
  return isCertain ? 'certain' : 'possible';
}

function isUncertain({ isMaybe }: Loss): boolean {
  return isMaybe;
}

function matches(selected: Selected, value: string): 'yes' | 'no' | 'maybe' {
  if (selected.kind === 'unknown') return 'maybe';
  return selected.kind === 'all' || selected.value === value ? 'yes' : 'no';
}

/** Whether a later command sets the gateway again, at least wherever the first command runs. */
function isSetAgain(
  { added, next, isConditional }: Taken,
  { gateway, interfaceName }: GatewayTarget,
): boolean {
  return (
    added.some(
      (one) =>
        one.via === gateway &&
        (one.device === undefined || one.device === interfaceName) &&
        (isConditional || !one.isConditional),
    ) || next.some((words) => bringsBack(words, interfaceName))
  );
}
