import { RcWaitError } from '../base/error.ts';
import type { StackName } from './types.ts';

/** What is known of one stack, as far as the choice goes. */
export interface StackFact {
  readonly stack: StackName;
  /** its files configure the interface */
  readonly configures: boolean;
  /** its program is installed; undefined where that cannot be told: below a root that is not running */
  readonly installed: boolean | undefined;
}

/** The stack that was chosen, and why, in one line for a person. */
export interface Choice {
  readonly stack: StackName;
  readonly why: string;
}

/**
 * The stack that manages the interface.
 * @param wanted a stack chosen by hand, or `auto`
 * @throws RcWaitError STACK_UNKNOWN when there is none, STACK_AMBIGUOUS when there is more than one
 */
export function chooseStack(
  facts: readonly StackFact[],
  interfaceName: string,
  wanted: StackName | 'auto',
): Choice {
  if (wanted !== 'auto') return chosenByHand(facts, interfaceName, wanted);
  const configuring = facts.filter(({ configures }) => configures);
  const atWork = configuring.filter(({ installed }) => installed !== false);
  const [first, second] = atWork;
  if (first !== undefined && second !== undefined) {
    throw new RcWaitError(
      'STACK_AMBIGUOUS',
      `cannot tell what manages ${interfaceName}: the files of ${names(atWork)} all configure it`,
      { hint: `say which: ${atWork.map(({ stack }) => `--network ${stack}`).join(' or ')}` },
    );
  }
  if (first !== undefined) return { stack: first.stack, why: reason(first, interfaceName, configuring) };
  const idle = configuring.length > 0 ? `; ${names(configuring)} would, but is not installed` : '';
  throw new RcWaitError(
    'STACK_UNKNOWN',
    `cannot tell what manages ${interfaceName}: no file of ${names(facts)} configures it${idle}`,
    {
      hint: 'configure the interface there, choose another one with --interface, or leave the network alone with --network off',
    },
  );
}

function chosenByHand(facts: readonly StackFact[], interfaceName: string, wanted: StackName): Choice {
  const fact = facts.find(({ stack }) => stack === wanted);
  if (fact === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot use ${wanted}: this version does not write its files`, {
      hint: `it writes those of ${names(facts)}`,
    });
  }
  if (!fact.configures) {
    throw new RcWaitError(
      'STACK_UNKNOWN',
      `cannot use ${wanted}: none of its files configures ${interfaceName}`,
    );
  }
  return { stack: wanted, why: `${wanted} was chosen by hand` };
}

function reason({ stack }: StackFact, interfaceName: string, configuring: readonly StackFact[]): string {
  const idle = configuring.filter((fact) => fact.stack !== stack);
  const others = idle.length > 0 ? `; so do those of ${names(idle)}, which is not installed` : '';
  return `${stack} manages ${interfaceName}: its files configure it${others}`;
}

function names(facts: readonly StackFact[]): string {
  return facts.map(({ stack }) => stack).join(' and ');
}
