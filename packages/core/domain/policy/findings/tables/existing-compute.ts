/** Ways to a role's rights through what already runs with it: nothing is handed over, something running is told what to do. */
import { path, type Path } from "../paths.ts";

const MACHINES = ["arn:*:ec2:*:*:instance/*", "arn:*:ssm:*:*:managed-instance/*"];

export const EXISTING_COMPUTE: readonly Path[] = [
  path("replacing a function's code", "lambda:UpdateFunctionCode"),
  path("adding a layer of code to a function", "lambda:UpdateFunctionConfiguration"),
  path("running commands on machines", "ssm:SendCommand"),
  path("opening a shell on a machine", "ssm:StartSession"),
  path(
    "having commands run on machines again and again",
    "ssm:CreateAssociation | ssm:UpdateAssociation",
  ),
  path("adding an SSH key to a machine", "ec2-instance-connect:SendSSHPublicKey"),
  path("opening a machine's serial console", "ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
  path(
    "replacing what a machine runs at its start",
    "ec2:ModifyInstanceAttribute",
    "ec2:StopInstances",
    "ec2:StartInstances",
  ),
  path("adding a key to a Glue development endpoint", "glue:UpdateDevEndpoint"),
  path("opening a notebook", "sagemaker:CreatePresignedNotebookInstanceUrl"),
  path("opening somebody's studio", "sagemaker:CreatePresignedDomainUrl"),
  path(
    "replacing what a notebook runs at its start",
    "sagemaker:UpdateNotebookInstanceLifecycleConfig",
  ),
  path("running a build with other steps", "codebuild:StartBuild | codebuild:StartBuildBatch"),
  path("changing a stack with its role", "cloudformation:UpdateStack"),
  path(
    "carrying out a change set with a stack's role",
    "cloudformation:CreateChangeSet",
    "cloudformation:ExecuteChangeSet",
  ),
  path("changing stacks in other accounts", "cloudformation:UpdateStackSet"),
  path("running commands in containers", "ecs:ExecuteCommand"),
  path("replacing a data pipeline's steps", "datapipeline:PutPipelineDefinition"),
  path("adding steps to a cluster of EMR", "elasticmapreduce:AddJobFlowSteps"),
  path("replacing a state machine's steps", "states:UpdateStateMachine"),
  path(
    "making themselves administrator of a cluster",
    "eks:CreateAccessEntry",
    "eks:AssociateAccessPolicy",
  ),
  path("opening Airflow's pages", "airflow:CreateWebLoginToken | airflow:CreateCliToken"),
  path("deploying other code onto machines", "codedeploy:CreateDeployment"),
  path("running code in an interpreter of agents", "bedrock-agentcore:InvokeCodeInterpreter"),
  path(
    "running commands where an agent runs",
    "bedrock-agentcore:InvokeAgentRuntimeCommand | bedrock-agentcore:InvokeAgentRuntimeCommandShell",
  ),
];

/** Actions that name a document too: what they reach are the machines. */
export const REACHES: Readonly<Record<string, readonly string[]>> = {
  "ssm:SendCommand": MACHINES,
  "ssm:StartSession": MACHINES,
};
