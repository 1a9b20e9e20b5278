/** What the parts of a person's day in a crowd share: who, where, with what, and how it varies. */
import type { Person } from "../../model.ts";
import type { Dice } from "../../random.ts";
import type { Grant, Session, Stage } from "../../lives/stage.ts";
import type { Workplace } from "./devices.ts";
import type { CrowdPlan } from "../plan.ts";
import type { NoiseProfile } from "../profile.ts";

export interface Today {
  stage: Stage;
  plan: CrowdPlan;
  profile: NoiseProfile;
  person: Person;
  key: string;
  dice: Dice;
  grants: Grant[];
  devices: Workplace[];
  beginsAt: number;
  endsAt: number;
}

/** What a device is signed in to. */
export interface Desk {
  name: string;
  device: Workplace;
  portal: Session;
  token: Session | null;
  /** The token's last refresh is good until then. */
  tokenUntil: number;
}
