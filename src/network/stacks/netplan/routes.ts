import { type Document, isSeq, type YAMLMap } from 'yaml';
import {
  type Definition,
  itemsOf,
  mapOf,
  type NetplanFile,
  pairsOf,
  textOf,
  valueAt,
  valuesAt,
} from './file.ts';
import type { Removal } from './yaml/cut.ts';

/** Every IPv4 default route of the main table in a definition: `gateway4` and items of `routes`. */
export function defaultRoutes({ document }: NetplanFile, { settings }: Definition): Removal[] {
  const found: Removal[] = pairsOf(document, settings, 'gateway4').map((pair) => ({
    parent: settings,
    index: settings.items.indexOf(pair),
    via: textOf(document, pair.value),
  }));
  for (const routes of valuesAt(document, settings, 'routes')) {
    itemsOf(document, routes).forEach((item, index) => {
      const route = mapOf(document, item);
      if (route === undefined || !isSeq(routes) || !isDefaultRoute(document, route)) return;
      const [via, metric] = ['via', 'metric'].map((key) => textOf(document, valueAt(document, route, key)));
      found.push({ parent: routes, index, via, ...(metric === undefined ? {} : { metric: Number(metric) }) });
    });
  }
  return found;
}

/**
 * Whether a route is an IPv4 default route of the main table (254, linux/rtnetlink.h) that carries traffic.
 * Other tables belong to policy rules, which rc-wait leaves alone. `default` may be IPv6; `via` decides.
 */
export function isDefaultRoute(document: Document, route: YAMLMap): boolean {
  const setting = (key: string) => textOf(document, valueAt(document, route, key));
  const to = setting('to') ?? '';
  const everything = to === 'default' || to === '0/0' || /^\d+\.\d+\.\d+\.\d+\/0+$/.test(to);
  const main = ['254', undefined].includes(setting('table'));
  const unicast = ['unicast', undefined].includes(setting('type'));
  return everything && main && unicast && !setting('via')?.includes(':');
}

/** `dhcp4-overrides: use-routes` of a definition, if present. */
export function useRoutesOverride({ document }: NetplanFile, { settings }: Definition): Removal[] {
  return valuesAt(document, settings, 'dhcp4-overrides').flatMap((value) => {
    const overrides = mapOf(document, value);
    if (overrides === undefined) return [];
    return pairsOf(document, overrides, 'use-routes').map((pair) => ({
      parent: overrides,
      index: overrides.items.indexOf(pair),
      via: undefined,
    }));
  });
}
