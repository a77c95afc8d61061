/** The executor's time constants, scaled so that an intent is left alone by others for 2 s instead of 35 s. */
export const lease = {
  patience: { post_timeout_ms: 1_700, grace_ms: 300 },
  freshest_ms: 600,
  ack_wait_ms: 2_000,
};

/** For how long others leave an intent alone, milliseconds. */
export const lease_ms = lease.patience.post_timeout_ms + lease.patience.grace_ms;
