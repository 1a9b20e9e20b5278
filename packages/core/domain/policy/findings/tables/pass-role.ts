/**
 * Ways to a role's rights by handing the role to a service: what makes the service act, and the service's name in `iam:PassedToService`.
 * From the published methods and from what each service's API says it runs; iam:PassRole itself is every way's first step.
 */
import { path, type Path } from "../paths.ts";

export interface PassPath {
  /** Any of these receives the role. */
  readonly services: readonly string[];
  readonly path: Path;
}

const to = (service: string, words: string, ...steps: readonly string[]): PassPath => ({
  services: service.split(" | ").map((name) => `${name}.amazonaws.com`),
  path: path(words, ...steps),
});

const TRIGGERS =
  "lambda:InvokeFunction | lambda:InvokeAsync | lambda:CreateEventSourceMapping | lambda:AddPermission | lambda:CreateFunctionUrlConfig | lambda:InvokeFunctionUrl";
const TEMPLATES = "ec2:CreateLaunchTemplate | ec2:CreateLaunchTemplateVersion";
const RUN_TASKS = "ecs:RunTask | ecs:StartTask | ecs:CreateService | ecs:UpdateService";

export const PASS_ROLE: readonly PassPath[] = [
  to("ec2", "starting a virtual machine", "ec2:RunInstances"),
  to("ec2", "asking for a spot machine", "ec2:RequestSpotInstances"),
  to("spotfleet", "asking for a spot fleet", "ec2:RequestSpotFleet"),
  to("ec2", "starting a fleet of machines", "ec2:CreateFleet", TEMPLATES),
  to("ec2", "giving a running machine a role", "ec2:AssociateIamInstanceProfile"),
  to("ec2", "replacing a running machine's role", "ec2:ReplaceIamInstanceProfileAssociation"),
  to("ec2", "putting a role into a machine's profile", "iam:AddRoleToInstanceProfile"),
  to(
    "ec2",
    "letting a scaling group start machines",
    "autoscaling:CreateAutoScalingGroup | autoscaling:UpdateAutoScalingGroup",
    `autoscaling:CreateLaunchConfiguration | ${TEMPLATES}`,
  ),
  to("lambda", "making and running a function", "lambda:CreateFunction", TRIGGERS),
  to("lambda", "giving a function another role", "lambda:UpdateFunctionConfiguration"),
  to("glue", "making a Glue development endpoint", "glue:CreateDevEndpoint"),
  to(
    "glue",
    "making and running a Glue job",
    "glue:CreateJob",
    "glue:StartJobRun | glue:CreateTrigger",
  ),
  to(
    "glue",
    "changing and running a Glue job",
    "glue:UpdateJob",
    "glue:StartJobRun | glue:CreateTrigger",
  ),
  to("glue", "running statements in a Glue session", "glue:CreateSession", "glue:RunStatement"),
  to("cloudformation", "making a stack", "cloudformation:CreateStack"),
  to("cloudformation", "changing a stack", "cloudformation:UpdateStack"),
  to(
    "cloudformation",
    "carrying out a change set",
    "cloudformation:CreateChangeSet",
    "cloudformation:ExecuteChangeSet",
  ),
  to(
    "cloudformation",
    "making stacks in other accounts",
    "cloudformation:CreateStackSet",
    "cloudformation:CreateStackInstances",
  ),
  to(
    "datapipeline | elasticmapreduce | ec2",
    "running a data pipeline",
    "datapipeline:CreatePipeline",
    "datapipeline:PutPipelineDefinition",
  ),
  to("sagemaker", "making a notebook", "sagemaker:CreateNotebookInstance"),
  to("sagemaker", "running a processing job", "sagemaker:CreateProcessingJob"),
  to("sagemaker", "running a training job", "sagemaker:CreateTrainingJob"),
  to("sagemaker", "running a tuning job", "sagemaker:CreateHyperParameterTuningJob"),
  to(
    "sagemaker",
    "serving a model of their own",
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpoint | sagemaker:CreateTransformJob",
  ),
  to(
    "sagemaker",
    "opening a studio",
    "sagemaker:CreateDomain | sagemaker:CreateUserProfile | sagemaker:UpdateUserProfile",
    "sagemaker:CreatePresignedDomainUrl",
  ),
  to(
    "sagemaker",
    "running a pipeline of models",
    "sagemaker:CreatePipeline",
    "sagemaker:StartPipelineExecution",
  ),
  to(
    "codebuild",
    "making and running a build",
    "codebuild:CreateProject",
    "codebuild:StartBuild | codebuild:StartBuildBatch",
  ),
  to(
    "codebuild",
    "changing and running a build",
    "codebuild:UpdateProject",
    "codebuild:StartBuild | codebuild:StartBuildBatch",
  ),
  to(
    "codepipeline",
    "making a delivery pipeline",
    "codepipeline:CreatePipeline | codepipeline:UpdatePipeline",
  ),
  to("ecs-tasks", "running a container", "ecs:RegisterTaskDefinition", RUN_TASKS),
  to("ecs-tasks", "running a container with another role", "ecs:RunTask | ecs:StartTask"),
  to("eks", "adding machines to a cluster", "eks:CreateNodegroup"),
  to("pods.eks", "giving a cluster's pods a role", "eks:CreatePodIdentityAssociation"),
  to("ecs-tasks | batch", "running a batch job", "batch:RegisterJobDefinition", "batch:SubmitJob"),
  to("elasticmapreduce | ec2", "running a cluster of EMR", "elasticmapreduce:RunJobFlow"),
  to("emr-serverless", "running a job of EMR Serverless", "emr-serverless:StartJobRun"),
  to(
    "states",
    "running a state machine",
    "states:CreateStateMachine | states:UpdateStateMachine",
    "states:StartExecution | states:StartSyncExecution",
  ),
  to("ssm", "running an automation", "ssm:StartAutomationExecution"),
  to("ssm", "giving a maintenance window a task", "ssm:RegisterTaskWithMaintenanceWindow"),
  to("events", "letting a rule of events act", "events:PutRule", "events:PutTargets"),
  to("scheduler", "letting a schedule act", "scheduler:CreateSchedule | scheduler:UpdateSchedule"),
  to("pipes", "letting a pipe act", "pipes:CreatePipe | pipes:UpdatePipe"),
  to("iot", "letting a rule of devices act", "iot:CreateTopicRule | iot:ReplaceTopicRule"),
  to("credentials.iot", "giving devices a role", "iot:CreateRoleAlias | iot:UpdateRoleAlias"),
  to(
    "tasks.apprunner",
    "running a web service",
    "apprunner:CreateService | apprunner:UpdateService",
  ),
  to(
    "elasticbeanstalk | ec2",
    "running an application of Elastic Beanstalk",
    "elasticbeanstalk:CreateEnvironment | elasticbeanstalk:UpdateEnvironment",
  ),
  to(
    "ec2 | imagebuilder",
    "building an image",
    "imagebuilder:CreateInfrastructureConfiguration | imagebuilder:UpdateInfrastructureConfiguration",
  ),
  to("gamelift", "running a game's server", "gamelift:CreateFleet"),
  to(
    "appstream",
    "streaming a machine's desktop",
    "appstream:CreateFleet | appstream:CreateImageBuilder",
  ),
  to(
    "amplify",
    "building a web application",
    "amplify:CreateApp | amplify:UpdateApp",
    "amplify:StartJob",
  ),
  to(
    "airflow | airflow-env",
    "running an Airflow environment",
    "airflow:CreateEnvironment | airflow:UpdateEnvironment",
  ),
  to("braket", "running a quantum job", "braket:CreateJob"),
  to(
    "kinesisanalytics",
    "running a stream application",
    "kinesisanalytics:CreateApplication | kinesisanalytics:UpdateApplication",
    "kinesisanalytics:StartApplication",
  ),
  to("omics", "running a workflow of HealthOmics", "omics:StartRun"),
  to("transfer", "making a file transfer user", "transfer:CreateUser | transfer:UpdateUser"),
  to(
    "cognito-identity",
    "giving an identity pool's guests a role",
    "cognito-identity:SetIdentityPoolRoles",
  ),
  to(
    "rolesanywhere",
    "giving certificates a role",
    "rolesanywhere:CreateProfile | rolesanywhere:UpdateProfile",
  ),
  to("greengrass", "giving devices of Greengrass a role", "greengrass:AssociateRoleToGroup"),
  to(
    "bedrock-agentcore",
    "running code in an interpreter of agents",
    "bedrock-agentcore:CreateCodeInterpreter",
    "bedrock-agentcore:InvokeCodeInterpreter",
  ),
  to(
    "bedrock-agentcore",
    "running an agent",
    "bedrock-agentcore:CreateAgentRuntime | bedrock-agentcore:UpdateAgentRuntime",
  ),
  to(
    "bedrock-agentcore",
    "running a harness of agents",
    "bedrock-agentcore:CreateHarness | bedrock-agentcore:UpdateHarness",
  ),
  to(
    "bedrock-agentcore",
    "giving an agent's browser a role",
    "bedrock-agentcore:CreateBrowser",
    "bedrock-agentcore:StartBrowserSession",
  ),
  to(
    "bedrock",
    "running an agent of Bedrock",
    "bedrock:CreateAgent | bedrock:UpdateAgent",
    "bedrock:InvokeAgent",
  ),
];

/** Made, but nothing here makes it run: others may. */
export const PASS_ROLE_UNTRIGGERED: readonly PassPath[] = [
  to("lambda", "making a function that something else runs", "lambda:CreateFunction"),
  to("ecs-tasks", "defining a container that something else runs", "ecs:RegisterTaskDefinition"),
  to("glue", "making a Glue job that something else runs", "glue:CreateJob"),
  to("codebuild", "making a build that something else runs", "codebuild:CreateProject"),
];
