// tests.mjs -- all tests, in the order in which a person would meet what they are about.
import { apacheTests } from "./apache_tests.mjs";
import { LOOK_TESTS } from "./look_tests.mjs";
import { SEARCH_TESTS } from "./search_tests.mjs";

export function testsFor(binary) {
    return [...SEARCH_TESTS, ...apacheTests(binary), ...LOOK_TESTS];
}
