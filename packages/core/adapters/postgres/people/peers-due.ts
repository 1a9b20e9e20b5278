/**
 * Who is compared with the people around them: whoever was given something directly, or through a group too small to say what its
 * members usually hold. A change of what others hold may change what is found of them, although nothing of their own changed.
 */
import { FEWEST_PEERS } from "../../../domain/access/peers.ts";

/** Common table expressions that end in `compared (id)`; they read the instances of an expression `changed (instance_arn)`. */
export const COMPARED_WITH_PEERS = `
       given as materialized (
         select f.body->>'principalType' as type, f.body->>'principalId' as id
           from access_facts f join changed using (instance_arn)
          where f.kind in ('assignment', 'entitlement') and f.observed_to is null),
       members as materialized (
         select f.body->>'groupId' as group_id, f.body->>'userId' as user_id
           from access_facts f join changed using (instance_arn)
          where f.kind = 'membership' and f.observed_to is null),
       compared as (
         select id from given where type = 'USER'
         union
         select m.user_id from members m
          where m.group_id in (select id from given where type = 'GROUP')
            and m.group_id in (select group_id from members group by 1 having count(*) < ${FEWEST_PEERS}))`;
