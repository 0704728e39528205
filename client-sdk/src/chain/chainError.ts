import { BaseError, ContractFunctionRevertedError } from "viem";
import { ClientError } from "../errors.ts";

/**
 * What viem throws when a transaction can't be sent, with the contract's error name or the chain's
 * code in `details`.
 */
export function transactionRefused(action: string, cause: unknown): ClientError {
  if (cause instanceof ClientError) return cause;
  const errorName = contractErrorName(cause);
  const code = chainCode(cause);
  const reason =
    errorName ?? code ?? (cause instanceof BaseError ? cause.shortMessage : `${cause}`);
  return new ClientError("TRANSACTION_REFUSED", `${action}: ${reason}`, {
    details: {
      action,
      ...(errorName !== undefined && { errorName }),
      ...(code !== undefined && { code }),
    },
    cause,
  });
}

function contractErrorName(cause: unknown): string | undefined {
  if (!(cause instanceof BaseError)) return undefined;
  const reverted = cause.walk((error) => error instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) return undefined;
  return reverted.data?.errorName ?? reverted.reason;
}

/** Weft's JSON-RPC puts its own code into an error's data. */
function chainCode(cause: unknown): string | undefined {
  if (!(cause instanceof BaseError)) return undefined;
  let code: string | undefined;
  cause.walk((error) => {
    const { data } = error as { data?: unknown };
    if (typeof data === "object" && data !== null && "code" in data) {
      code = String(data.code);
      return true;
    }
    return false;
  });
  return code;
}
