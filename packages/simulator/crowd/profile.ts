/**
 * How noisy a crowd's records are. A profile is numbers alone: with a seed it decides everything that a crowd does and everything
 * that is lost of it. It holds nothing that a reader of the records could look up.
 */
export interface NoiseProfile {
  /** Share of people who sit in an office: everybody of one office has one address (NAT). */
  officeShare: number;
  /** Share of people with two devices at once, and with three. */
  twoDevices: number;
  threeDevices: number;
  /** Of the further devices, the share that has the address of the first. */
  sameAddress: number;
  /** Of the further devices, the share that runs the same system, browser and command line as the first. */
  sameSystem: number;
  /** Services' clocks differ from true time by up to so many seconds, each way. */
  skewSeconds: number;
  /** Share of records that no reader ever sees. */
  lostShare: number;
  /** Share of records that are delivered minutes to a day late; those that the history ends before are not seen. */
  lateShare: number;
  /** Share of records that lack the credentialId. */
  idLostShare: number;
  /** Share of people who work across midnight UTC. */
  nightShare: number;
  /** Share of people who sign out in the evening; the others just close the lid. */
  signsOutShare: number;
  /** Share of days on which the first device's portal session is kept for the next day. */
  keptShare: number;
  /** Share of command lines that ask for a device code, and of these the share approved on another device. */
  deviceCodeShare: number;
  approvedElsewhere: number;
  /** Share of command lines new enough to name their process (`sid/…`). */
  processIdShare: number;
  /** Share of the command line's role sessions that another tool of the device works with, and that another machine does. */
  otherToolShare: number;
  otherMachineShare: number;
  /** Share of role sessions that are taken once more, from another device, within seconds. */
  twinShare: number;
  /** Share of role sessions that a further role is assumed from. */
  chainedShare: number;
  /** Of the roles taken from roles, the share that a further role is taken from, and that whose own calls name the person. */
  deeperShare: number;
  namedChainShare: number;
  /** Share of days on which an application trades the person's token, and on which a job begins that goes on for days. */
  applicationShare: number;
  jobShare: number;
  /** Share of console sessions that authorise `aws login`, and of these the share that authorise an agent too. */
  loginShare: number;
  agentShare: number;
  /** Of the logins, the share whose records name the sign-in session, and that whose credentials have a creation date of their own. */
  namesSignInShare: number;
  mintedAnewShare: number;
  /** Share of days on which somebody takes roles of the account access manager, and of these roles the share taken by token. */
  entitlementShare: number;
  entitledByToken: number;
  /** Share of people who take part when all take one role in the same second, once a day. */
  rushShare: number;
}

/** A large office at a busy time. */
export const BUSY_OFFICE: Readonly<NoiseProfile> = {
  officeShare: 0.7,
  twoDevices: 0.35,
  threeDevices: 0.1,
  sameAddress: 0.6,
  sameSystem: 0.3,
  skewSeconds: 2,
  lostShare: 0.05,
  lateShare: 0.05,
  idLostShare: 0.01,
  nightShare: 0.25,
  signsOutShare: 0.6,
  keptShare: 0.2,
  deviceCodeShare: 0.2,
  approvedElsewhere: 0.3,
  processIdShare: 0.6,
  otherToolShare: 0.12,
  otherMachineShare: 0.03,
  twinShare: 0.06,
  chainedShare: 0.15,
  deeperShare: 0.25,
  namedChainShare: 0.4,
  applicationShare: 0.15,
  jobShare: 0.12,
  loginShare: 0.2,
  agentShare: 0.2,
  namesSignInShare: 0.8,
  mintedAnewShare: 0.6,
  entitlementShare: 0.4,
  entitledByToken: 0.3,
  rushShare: 0.3,
};
