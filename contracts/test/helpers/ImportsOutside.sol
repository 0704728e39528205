// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// No source: the compiler is to refuse it.
import "../../package.json";
