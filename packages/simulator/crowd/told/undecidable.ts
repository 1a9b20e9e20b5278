/** Why a link of a crowd cannot be told by somebody who sees what was shown and nothing else. */
export type Undecidable =
  | "the record that began it was not seen"
  | "the call that handed it out was not seen"
  | "the call that handed it out lost its credential id"
  | "the call that took it names nobody"
  | "another call could have handed it out"
  | "the same role was issued twice in the same second"
  | "several token chains of like clients were current"
  | "no record of the origin was seen before"
  | "approved from another address"
  | "several portal sessions fit"
  | "several sign-ins fit"
  | "no record names the sign-in session"
  | "several logins share the sign-in session"
  | "its use does not tell browser from command line";
