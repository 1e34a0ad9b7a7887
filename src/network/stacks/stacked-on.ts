import { RcWaitError } from '../../base/error.ts';

/** An interface stacked on another: a VLAN on its link, a bond or a bridge on its ports. */
export interface StackedLink {
  readonly upper: string;
  readonly lower: string;
  /** the file that defines the relation */
  readonly path: string;
  /** the lower interface's own definition names the upper one, so bringing the lower up brings the upper up */
  readonly isPort: boolean;
}

/**
 * Refuses to disable an interface if another that stays is stacked on it, or if one of its ports
 * would bring it up again.
 * @throws RcWaitError NETWORK_FILE naming the file
 */
export function refuseStacked(interfaceNames: readonly string[], stackedLinks: readonly StackedLink[]): void {
  const isDisabled = (name: string) => interfaceNames.includes(name);
  const all = [
    ...stackedLinks,
    ...stackedLinks.flatMap(({ upper, lower, path }) => impliedBy([upper, lower], path)),
  ];
  for (const { upper, lower, path, isPort } of all) {
    if (isDisabled(lower) && !isDisabled(upper)) {
      throw cannotDisable(lower, `${upper} stands on it, says ${path}`);
    }
    if (isDisabled(upper) && isPort) {
      throw cannotDisable(upper, `its port ${lower} would bring it up again, says ${path}`);
    }
  }
}

/** The VLANs implied by names such as `eth0.100` (interfaces(5), ifcfg of RHEL and SUSE). */
export function impliedBy(names: readonly string[], path: string): StackedLink[] {
  return names.flatMap((upper) => {
    const [, lower] = /^(.+)\.\d+$/.exec(upper) ?? [];
    return lower === undefined ? [] : [{ upper, lower, path, isPort: false }];
  });
}

/** The error for an interface that cannot be disabled. */
export function cannotDisable(interfaceName: string, reason: string): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot disable ${interfaceName}: ${reason}`, {
    hint: 'nothing was changed; keep the public interface with --public-interface keep, or disable it by hand',
  });
}
