// index_pattern.ts -- the patterns worth offering for the indices there are.
//
// Daily and numbered indices (logs-2026.11.22, web-000007) are one thing to their reader, so a
// pattern stands for each family; then come the indices themselves.

export interface IndexSummary {
    name: string;
    documents: number;
}

export interface PatternChoice {
    pattern: string;
    documents: number;
    indices: number;
}

export const FAVOURITE_PATTERN = "logs-*";

const DATE_OR_NUMBER = /[-_.]?(\d{4}([-_.]\d{1,2}){1,3}|\d{4}[-_.]w?\d{1,2}|\d{6,8})$/;

export function matchesPattern(name: string, pattern: string): boolean {
    return pattern.split(",").some((part) => {
        const escaped = part.trim().replace(/[.+?^${}()|[\]\\]/g, "\\$&");
        return new RegExp(`^${escaped.replace(/\*/g, ".*")}$`).test(name);
    });
}

function familiesOf(name: string): string[] {
    const family = name.replace(DATE_OR_NUMBER, "");
    const word = /^([^-_.]+[-_.])/.exec(name)?.[1];
    const dated = family !== name && family !== "" ? [`${family}-*`] : [];
    return word ? [...dated, `${word}*`] : dated;
}

/** Patterns first (the widest use first), then single indices; hidden ones (`.name`) are left out. */
export function patternChoices(all: IndexSummary[]): PatternChoice[] {
    const visible = all.filter((i) => !i.name.startsWith("."));
    const families = new Set(visible.flatMap((i) => familiesOf(i.name)));
    const choice = (pattern: string): PatternChoice => {
        const hit = visible.filter((i) => matchesPattern(i.name, pattern));
        const documents = hit.reduce((sum, i) => sum + i.documents, 0);
        return { pattern, documents, indices: hit.length };
    };
    const patterns = [...families].map(choice).filter((c) => c.indices > 0);
    patterns.sort((a, b) => b.documents - a.documents || (a.pattern < b.pattern ? -1 : 1));
    const every = visible.length > 1 ? [choice("*")] : [];
    const single = visible.map((i) => choice(i.name));
    single.sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
    return [...patterns, ...every, ...single];
}

/** What a first visit shows; empty while there is nothing. */
export function defaultPattern(choices: PatternChoice[]): string {
    const favourite = choices.find((c) => c.pattern === FAVOURITE_PATTERN);
    return (favourite ?? choices[0])?.pattern ?? "";
}
