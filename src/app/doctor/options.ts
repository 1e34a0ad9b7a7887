import type { PlanRequest } from '../../network/plan/plan.ts';
import type { ApiOptions } from '../options.ts';

/** Options of `rc-wait doctor`. */
export interface DoctorOptions extends ApiOptions {
  readonly offline: boolean;
  readonly network: PlanRequest['stack'] | 'off';
  /** time limit of a question to the API, in ms */
  readonly timeout: number;
}
