// The conformance suite in Chromium: in a worker and in the page, in memory and in IndexedDB.
import { testInEveryKind } from "./support/kinds.mjs";

await testInEveryKind("/tests/conformance/suite.mjs");
