import type { Check } from '../network/plan/check.ts';
import type { NetworkResult } from '../network/types.ts';

/** Whether the gateway is still set, and what was done. */
export interface GatewayReport {
  readonly check: Check;
  readonly held: boolean;
  readonly reasons: readonly string[];
  /** the result of the repair; null: nothing was repaired */
  readonly network: NetworkResult | null;
}

const rolledBackByHand = 'the gateway that rc-wait had set was rolled back by hand, so none is expected';

/**
 * The document of `rc-wait network check`, `docs/schema/check-v1.json`.
 * @param report undefined: somebody rolled the gateway back by hand, so none is expected
 */
export function checkDocument(report: GatewayReport | undefined): unknown {
  if (report === undefined) {
    return {
      schema: 'rc-wait/check/v1',
      held: null,
      gateway_ip: null,
      interface: null,
      stack: null,
      configuration: null,
      kernel: null,
      default_routes: [],
      reasons: [rolledBackByHand],
      network: null,
    };
  }
  const { check, held, reasons, network } = report;
  return {
    schema: 'rc-wait/check/v1',
    held,
    gateway_ip: check.gateway,
    interface: check.interfaceName,
    stack: check.stack,
    configuration: check.configuration,
    kernel: check.kernel ?? null,
    default_routes: check.defaultRoutes,
    reasons,
    ...(check.warnings.length > 0 ? { warnings: check.warnings } : {}),
    network,
  };
}

/** The same for a person. */
export function humanCheck(report: GatewayReport | undefined): string {
  if (report === undefined) return `${rolledBackByHand}\n`;
  const { check, held, reasons, network } = report;
  const verdict = held ? 'held' : network === null ? 'not held' : 'put back';
  const lines = [
    `${verdict}: the gateway ${check.gateway} on ${check.interfaceName} (${check.stack})`,
    ...reasons.map((reason) => `  ${reason}`),
    ...check.warnings.map((one) => `  warning: ${one}`),
  ];
  return `${lines.join('\n')}\n`;
}
