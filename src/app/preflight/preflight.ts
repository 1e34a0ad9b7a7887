import { exitOfPreflight, humanPreflight, preflightDocument } from '../../report/preflight.ts';
import type { Io } from '../io.ts';
import { checkRoot } from '../root.ts';
import { lookForCauses } from './look.ts';

/** `rc-wait preflight`: prints what it found; resolves to the exit status. */
export async function preflight(
  { root, output }: { readonly root: string; readonly output: 'human' | 'json' },
  io: Io,
): Promise<number> {
  checkRoot(root);
  const findings = await lookForCauses({ root });
  io.out(
    output === 'json' ? `${JSON.stringify(preflightDocument(findings, root))}\n` : humanPreflight(findings),
  );
  return exitOfPreflight(findings);
}
