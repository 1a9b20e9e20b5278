/**
 * Seeds and a noise profile that are kept away from development: confidences and windows are chosen on the busy office with other
 * seeds, and these only judge. Whoever tunes links looks at the development figures (`--profile busy-office`) and not at these.
 */
import type { NoiseProfile } from "#simulator/crowd/profile";

/** For the command. */
export const HELD_OUT_SEEDS: readonly number[] = [
  83009, 83117, 83219, 83311, 83423, 83537, 83639, 83737,
];

/** For the test that every run makes: smaller, with seeds of its own. */
export const TEST_SEEDS: readonly number[] = [8017, 8111];

/** More devices, more of them alike, larger skew and more code grants than the busy office; the same share of noise in delivery. */
export const HELD_OUT: Readonly<NoiseProfile> = {
  officeShare: 0.85,
  twoDevices: 0.4,
  threeDevices: 0.15,
  sameAddress: 0.7,
  sameSystem: 0.25,
  skewSeconds: 2,
  lostShare: 0.04,
  lateShare: 0.06,
  idLostShare: 0.015,
  nightShare: 0.35,
  signsOutShare: 0.5,
  keptShare: 0.25,
  deviceCodeShare: 0.25,
  approvedElsewhere: 0.35,
  processIdShare: 0.5,
  otherToolShare: 0.18,
  otherMachineShare: 0.05,
  twinShare: 0.09,
  chainedShare: 0.2,
  deeperShare: 0.35,
  namedChainShare: 0.5,
  applicationShare: 0.1,
  jobShare: 0.15,
  loginShare: 0.25,
  agentShare: 0.3,
  namesSignInShare: 0.7,
  mintedAnewShare: 0.5,
  entitlementShare: 0.5,
  entitledByToken: 0.4,
  rushShare: 0.45,
};
