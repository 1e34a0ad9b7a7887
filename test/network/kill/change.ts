/*
 * A process that changes the network below a root, puts it back, or recovers,
 * and gets SIGKILL at one of its steps: node change.ts VERB ROOT NUMBER.
 * It prints the steps that it comes by, one a line.
 */
import { writeSync } from 'node:fs';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { applyNetwork } from '../../../src/network/change/apply.ts';
import { recover } from '../../../src/network/change/recover.ts';
import { undoLast } from '../../../src/network/change/rollback.ts';
import { planNetwork } from '../../../src/network/plan/plan.ts';
import { gatewayProbe } from '../../../src/network/probes/gateway.ts';

const [verb, root = '', number] = process.argv.slice(2);
const gateway = parseIpv4('10.208.0.1');
let seen = 0;

function onStep(name: string): void {
  writeSync(1, `${name}\n`);
  seen += 1;
  if (seen === Number(number)) process.kill(process.pid, 'SIGKILL');
}

if (gateway === undefined) throw new Error('no gateway');
if (verb === 'apply') {
  const plan = await planNetwork({ gateway, stack: 'auto', root });
  const recoverProgram = ['/usr/bin/rc-wait', 'network', 'recover'];
  await applyNetwork(plan, { root, onStep, recoverProgram, probes: [gatewayProbe(plan.target)] });
}
if (verb === 'rollback') await undoLast({ root, force: false, onStep });
if (verb === 'recover') await recover({ root, onStep });
