import { type Document, isSeq, type YAMLMap } from 'yaml';
import type { Removal } from './netplan-cut.ts';
import {
  type Definition,
  itemsOf,
  mapOf,
  type NetplanFile,
  pairOf,
  textOf,
  valueAt,
} from './netplan-file.ts';

/** Every IPv4 default route in the main table that a definition holds: `gateway4` and items of `routes`. */
export function defaultRoutes({ document }: NetplanFile, { section, id, settings }: Definition): Removal[] {
  const path = ['network', section, id];
  const found: Removal[] = [];
  const gateway4 = pairOf(document, settings, 'gateway4');
  if (gateway4 !== undefined) {
    found.push({
      parent: settings,
      index: settings.items.indexOf(gateway4),
      path: [...path, 'gateway4'],
      via: textOf(document, gateway4.value),
    });
  }
  const routes = valueAt(document, settings, 'routes');
  itemsOf(document, routes).forEach((item, index) => {
    const route = mapOf(document, item);
    if (route === undefined || !isSeq(routes)) return;
    if (!isDefaultRoute(document, route)) return;
    const via = textOf(document, valueAt(document, route, 'via'));
    found.push({ parent: routes, index, path: [...path, 'routes', index], via });
  });
  return found;
}

/**
 * A default route of IPv4, of the main table (254, linux/rtnetlink.h), that
 * carries traffic. Tables of their own belong to policy rules, which are none
 * of our business. `default` may be IPv6: then `via` tells.
 */
export function isDefaultRoute(document: Document, route: YAMLMap): boolean {
  const setting = (key: string) => textOf(document, valueAt(document, route, key));
  const to = setting('to') ?? '';
  const everything = to === 'default' || to === '0/0' || /^\d+\.\d+\.\d+\.\d+\/0+$/.test(to);
  const main = ['254', undefined].includes(setting('table'));
  const unicast = ['unicast', undefined].includes(setting('type'));
  return everything && main && unicast && !setting('via')?.includes(':');
}

/** `dhcp4-overrides: use-routes` of a definition, where it is there. */
export function useRoutesOverride(
  { document }: NetplanFile,
  { section, id, settings }: Definition,
): Removal[] {
  const overrides = mapOf(document, valueAt(document, settings, 'dhcp4-overrides'));
  const pair = overrides && pairOf(document, overrides, 'use-routes');
  if (overrides === undefined || pair === undefined) return [];
  const path = ['network', section, id, 'dhcp4-overrides', 'use-routes'];
  return [{ parent: overrides, index: overrides.items.indexOf(pair), path, via: undefined }];
}
