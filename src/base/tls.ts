/**
 * Set for every TLS connection in code: NODE_TLS_REJECT_UNAUTHORIZED=0 and `--tls-min-v1.0` change only Node's
 * defaults and cannot weaken these.
 */
export const tlsDemands = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;
