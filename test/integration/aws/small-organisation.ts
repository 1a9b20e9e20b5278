/** Answers of AWS for a small sound organisation: three people, three groups, two accounts, two permission sets, an application. */
import type { Script } from "./scripted-aws.ts";

export const INSTANCE_ARN = "arn:aws:sso:::instance/ssoins-0000000000000001";
const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
export const setArn = (n: number): string =>
  `arn:aws:sso:::permissionSet/ssoins-0000000000000001/ps-${String(n).padStart(16, "0")}`;
export const APPLICATION_ARN =
  "arn:aws:sso::111122223333:application/ssoins-0000000000000001/apl-1";
const ACCOUNTS = ["111122223333", "444455556666"];

export const SMALL_ORGANISATION: Script = {
  ListInstances: () => ({
    Instances: [{ InstanceArn: INSTANCE_ARN, OwnerAccountId: "111122223333" }],
  }),
  DescribeInstance: () => ({
    IdentityStoreId: "d-1234567890",
    IdentityStoreArn: STORE,
    OwnerAccountId: "111122223333",
    PrimaryRegion: "eu-central-1",
    Regions: [{ RegionName: "eu-central-1", Status: "ACTIVE", IsPrimaryRegion: true }],
  }),
  ListUsers: (input) =>
    input["NextToken"] === undefined
      ? { Users: [person("u-1")], NextToken: "more" }
      : { Users: [person("u-2"), person("u-3")] },
  ListGroups: () => ({
    Groups: ["g-1", "g-2", "g-3"].map((id) => ({ GroupId: id, DisplayName: `Group ${id}` })),
  }),
  ListGroupMemberships: (input) => ({
    GroupMemberships: [
      { MembershipId: `m-${String(input["GroupId"])}`, MemberId: { UserId: "u-1" } },
    ],
  }),
  DescribeOrganization: () => ({ Organization: { MasterAccountId: "111122223333" } }),
  ListRoots: () => ({ Roots: [{ Id: "r-1" }] }),
  ListAccountsForParent: () => ({ Accounts: ACCOUNTS.map((Id) => ({ Id })) }),
  ListAccounts: () => ({
    Accounts: ACCOUNTS.map((Id) => ({ Id, Name: `account ${Id}`, State: "ACTIVE" })),
  }),
  ListPermissionSets: () => ({ PermissionSets: [setArn(1), setArn(2)] }),
  DescribePermissionSet: (input) => ({
    PermissionSet: {
      PermissionSetArn: input["PermissionSetArn"],
      Name: String(input["PermissionSetArn"]).slice(-4),
      SessionDuration: "PT8H",
    },
  }),
  ListAccountsForProvisionedPermissionSet: (input) =>
    input["ProvisioningStatus"] === undefined
      ? { AccountIds: ACCOUNTS }
      : { AccountIds: ACCOUNTS.slice(1) },
  ListAccountAssignments: (input) => ({
    AccountAssignments: [
      {
        AccountId: input["AccountId"],
        PermissionSetArn: input["PermissionSetArn"],
        PrincipalType: "GROUP",
        PrincipalId: "g-1",
      },
    ],
  }),
  ListApplications: () => ({ Applications: [{ ApplicationArn: APPLICATION_ARN }] }),
  DescribeApplication: () => ({ Name: "Dashboards", Status: "ENABLED" }),
  GetApplicationAssignmentConfiguration: () => ({ AssignmentRequired: true }),
  ListApplicationAssignments: () => ({
    ApplicationAssignments: [{ PrincipalType: "GROUP", PrincipalId: "g-2" }],
  }),
};

const person = (id: string) => ({ UserId: id, UserName: `${id}@example.com` });
