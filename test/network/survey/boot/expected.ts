import { expect } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../../../src/base/ipv4.ts';
import type { StackName } from '../../../../src/base/stack-names.ts';
import { applyNetwork } from '../../../../src/network/change/apply.ts';
import { checkNetwork, isHeld } from '../../../../src/network/plan/check.ts';
import { planNetwork } from '../../../../src/network/plan/plan.ts';
import { scratch } from '../../scratch.ts';

const gateway = parseIpv4('10.208.0.1') as Ipv4Address;

/** Paths below a root, and the texts of these files. */
export type Tree = Readonly<Record<string, string>>;

/** The request for the gateway below a root. */
export const request = (root: string, stack: StackName | 'auto' = 'auto') => ({ gateway, stack, root });

/** The plan is refused with these words and this way out, and the check says "not held" for the same reason. */
export async function expectRefused(tree: Tree | string, words: string, way: string, stack?: StackName) {
  const root = typeof tree === 'string' ? tree : scratch(tree);
  const refused = expect.objectContaining({
    code: 'NETWORK_FILE',
    message: expect.stringContaining(words),
    hint: expect.stringContaining(way),
  });
  await expect(planNetwork(request(root, stack))).rejects.toEqual(refused);
  const check = await checkNetwork(request(root, stack));
  expect(isHeld(check)).toBe(false);
  expect(check).toMatchObject({ configuration: false, obstacle: refused });
  expect(check.reasons.join('\n')).toContain(words);
}

/** The gateway is set and held, with these warnings. */
export async function expectHeld(tree: Tree, warning?: string) {
  const root = scratch(tree);
  const plan = await planNetwork(request(root));
  if (warning === undefined) expect(plan.warnings).toBeUndefined();
  else expect(plan.warnings?.join('\n')).toContain(warning);
  await applyNetwork(plan, { root });
  expect(isHeld(await checkNetwork(request(root)))).toBe(true);
}
