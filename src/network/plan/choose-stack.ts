import { RcWaitError } from '../../base/error.ts';
import type { StackName } from '../../base/stack-names.ts';

/** What the choice needs to know about one stack. */
export interface StackFact {
  readonly stack: StackName;
  /** its files configure the interface */
  readonly configures: boolean;
  /** why its files leave the interface alone, if they do so expressly */
  readonly refrains?: string | undefined;
  /** its program is installed; undefined if unknown, below a root that is not running */
  readonly installed: boolean | undefined;
  /** whether its daemon says that it manages the interface; undefined without a daemon to query */
  readonly manages?: boolean | undefined;
  /** why a stack that applies its files uses a file of its own for the interface, whatever is running */
  readonly overruled?: string | undefined;
  /** stacks that apply its files */
  readonly servedBy?: readonly StackName[];
}

/** The chosen stack, and why, in one line for a person. */
export interface StackChoice {
  readonly stack: StackName;
  readonly why: string;
}

/**
 * The stack that manages the interface.
 * @param wanted a stack chosen by hand, or `auto`
 * @throws RcWaitError STACK_UNKNOWN if there is none, STACK_AMBIGUOUS if there are several
 */
export function chooseStack(
  facts: readonly StackFact[],
  interfaceName: string,
  wanted: StackName | 'auto',
): StackChoice {
  if (wanted !== 'auto') return chosenByHand(facts, interfaceName, wanted);
  const configuring = facts.filter(({ configures }) => configures);
  const atWork = configuring.filter((fact) => whyIdle(fact, configuring) === undefined);
  const [first, second] = atWork;
  if (first !== undefined && second !== undefined) {
    throw new RcWaitError(
      'STACK_AMBIGUOUS',
      `cannot tell what manages ${interfaceName}: the files of ${names(atWork)} all configure it`,
      { hint: `say which: ${atWork.map(({ stack }) => `--network ${stack}`).join(' or ')}` },
    );
  }
  if (first !== undefined) return { stack: first.stack, why: reason(first, interfaceName, configuring) };
  const idle = configuring.map((fact) => `; ${fact.stack} would, but ${whyIdle(fact, configuring)}`).join('');
  throw new RcWaitError(
    'STACK_UNKNOWN',
    `cannot tell what manages ${interfaceName}: no file of ${names(facts)} configures it${idle}${refraining(facts)}`,
    {
      hint: 'configure the interface there, choose another one with --interface, or leave the network alone with --network off',
    },
  );
}

function chosenByHand(facts: readonly StackFact[], interfaceName: string, wanted: StackName): StackChoice {
  const fact = facts.find(({ stack }) => stack === wanted);
  if (fact === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot use ${wanted}: this version does not write its files`, {
      hint: `it writes those of ${names(facts)}`,
    });
  }
  if (!fact.configures) {
    throw new RcWaitError(
      'STACK_UNKNOWN',
      `cannot use ${wanted}: none of its files configures ${interfaceName}${refraining([fact])}`,
    );
  }
  return { stack: wanted, why: `${wanted} was chosen by hand` };
}

function refraining(facts: readonly StackFact[]): string {
  return facts.map(({ refrains }) => (refrains === undefined ? '' : `; ${refrains}`)).join('');
}

/** Why a stack does not manage the interface although its files configure it; undefined if it may manage it. */
function whyIdle(
  { installed, manages, overruled, servedBy }: StackFact,
  all: readonly StackFact[],
): string | undefined {
  if (installed === false) return 'it is not installed';
  if (manages === false) return 'it leaves the interface alone';
  if (overruled !== undefined) return overruled;
  const server = all.find(
    (fact) => fact.manages === true && fact.installed !== false && servedBy?.includes(fact.stack),
  );
  return server && manages !== true ? `${server.stack} uses a file of its own` : undefined;
}

function reason({ stack }: StackFact, interfaceName: string, configuring: readonly StackFact[]): string {
  const others = configuring
    .filter((fact) => fact.stack !== stack)
    .map((fact) => `; those of ${fact.stack} do so too, but ${whyIdle(fact, configuring)}`);
  return `${stack} manages ${interfaceName}: its files configure it${others.join('')}`;
}

function names(facts: readonly StackFact[]): string {
  return facts.map(({ stack }) => stack).join(' and ');
}
