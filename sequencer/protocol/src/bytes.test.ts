import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesToHex, hexToBytes } from "./bytes.ts";

test("bytes come back from their hexadecimal digits, in either case", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const hex = bytesToHex(bytes);
      expect(hex).toBe(`0x${Buffer.from(bytes).toString("hex")}`);
      expect(hexToBytes(hex)).toEqual(bytes);
      expect(hexToBytes(`0x${hex.slice(2).toUpperCase()}`)).toEqual(bytes);
    }),
  );
});

test.each(["", "0", "x", "1122", "0X11", "0x1", "0x1g", "0xg1", "0x1é", "0x 1", "0x\u0130\u0130"])(
  "%j isn't hexadecimal bytes: FIELD_INVALID",
  (hex) => {
    expect(() => hexToBytes(hex)).toThrow(expect.objectContaining({ code: "FIELD_INVALID" }));
  },
);
