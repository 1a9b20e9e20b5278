/** The pipeline that keeps grants as code: a machine of the management account. It knows nothing of what it is told to write. */
import { HOUR } from "../../random.ts";
import { centerDraft, machineIdentity } from "../record.ts";
import type { Plan, Stage } from "../stage.ts";

/** The role it runs as. */
export const PIPELINE = "identity-pipeline";

/** One call that it makes. */
export interface PipelineCall {
  key: string;
  at: number;
  source: string;
  name: string;
  request: Record<string, unknown>;
  response: Record<string, unknown> | null;
}

/** Adds the record of a call of the pipeline. */
export function byPipeline(stage: Stage, plan: Plan, made: PipelineCall): void {
  const issuedAt = Math.floor(made.at / HOUR) * HOUR;
  const { managementAccountId } = stage.organisation;
  plan.drafts.push(
    centerDraft(stage, {
      ...made,
      step: "outside",
      session: null,
      identity: machineIdentity(stage, managementAccountId, PIPELINE, "apply", issuedAt),
      ip: "10.44.2.5",
      userAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.12.2 aws-sdk-go-v2/1.38.1 lang/go#1.24.4",
      readOnly: false,
    }),
  );
}
