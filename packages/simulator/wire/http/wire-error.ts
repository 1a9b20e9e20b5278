/**
 * An error as AWS answers it: its name, its status and its members.
 * Thrown by operations; the protocols turn it into their own form. Anything else that is thrown becomes an internal error.
 */

/** What a caller did wrong, or what the service cannot do now. `members` are further members of the modelled error. */
export class WireError extends Error {
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    name: string,
    message: string,
    members: Readonly<Record<string, unknown>> = {},
    status = 400,
  ) {
    super(message);
    this.name = name;
    this.status = status;
    this.members = members;
  }
}

/** The input has not the shape that the operation takes. Each service answers it under its own name: see `Service.invalid`. */
export class InvalidInput extends WireError {
  constructor(message: string) {
    super("ValidationException", message);
  }
}

/** A token that was not issued for these parameters. Each service answers it under its own name: see `Service.invalidToken`. */
export class InvalidPageToken extends WireError {
  constructor() {
    super(
      "ValidationException",
      "NextToken was not issued for these parameters: send the same parameters with it, or leave it out.",
    );
  }
}

export function accessDenied(callerArn: string, action: string, why: string): WireError {
  return new WireError(
    "AccessDeniedException",
    `User: ${callerArn} is not authorized to perform: ${action} ${why}`,
  );
}

export function notFound(what: string): WireError {
  return new WireError("ResourceNotFoundException", what);
}
