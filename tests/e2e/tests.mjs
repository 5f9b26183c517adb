// tests.mjs -- all tests, in the order in which a person would meet what they are about.
import { LOOK_TESTS } from "./look_tests.mjs";
import { SEARCH_TESTS } from "./search_tests.mjs";

export const TESTS = [...SEARCH_TESTS, ...LOOK_TESTS];
