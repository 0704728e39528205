import { CodedError } from "@weft/protocol";

export type CreateErrorCode =
  /** There is something in the folder already. Details: `dir`. */
  | "FOLDER_NOT_EMPTY"
  /** Not a name that a game and a package can have. Details: `name`. */
  | "NAME_INVALID"
  /** No checkout of Weft whose packages the project could use, or nothing is installed in it. Details: `dir`. */
  | "CHECKOUT_MISSING"
  /** The folder is in Weft's checkout, whose workspaces it would become a part of. Details: `dir`. */
  | "INSIDE_CHECKOUT"
  /** npm could not link the packages. Details: `dir`, `status`. */
  | "INSTALL_FAILED";

/** Why no project was made. */
export class CreateError extends CodedError<CreateErrorCode> {}
