// server_error.test.ts -- real answers of a server become sentences.
import { describe, expect, test } from "vitest";
import { serverError } from "./server_error";

const parseFailure = (query: string, why: string) =>
    JSON.stringify({
        error: {
            root_cause: [
                { type: "query_shard_exception", reason: `Failed to parse query [${query}]` },
            ],
            type: "search_phase_execution_exception",
            reason: "all shards failed",
            phase: "query",
            failed_shards: [
                {
                    shard: 0,
                    reason: {
                        type: "query_shard_exception",
                        reason: `Failed to parse query [${query}]`,
                        caused_by: { type: "parse_exception", reason: why },
                    },
                },
            ],
        },
        status: 400,
    });

describe("an error of the server", () => {
    test("about an unfinished query names it", () => {
        const why = `Cannot parse '(a': Encountered "<EOF>" at line 1, column 2.\nWas expecting...`;
        const error = serverError(400, parseFailure("(a", why));
        expect(error.message).toBe(
            'The query "(a" is not finished: a bracket, a quote or a value is missing at its end.',
        );
        expect(error.detail).toContain("Encountered");
    });

    test("about a misplaced word says where", () => {
        const why = `Cannot parse 'a )': Encountered " ")" ") "" at line 1, column 2.`;
        expect(serverError(400, parseFailure("a )", why)).message).toMatch(
            /^The query "a \)" cannot be understood at character 3/,
        );
    });

    test.each([
        [404, '{"error":{"reason":"no such index [x]"}}', "No such index [x]."],
        [405, '{"error":"Incorrect HTTP method"}', "Incorrect HTTP method."],
        [500, "<html>", "The server answered 500."],
        [502, "", "The server is not ready to answer."],
        [400, '{"error":{"type":"t"}}', "T."],
    ])("%d %s", (status, text, sentence) => {
        expect(serverError(status, text).message).toBe(sentence);
    });
});
