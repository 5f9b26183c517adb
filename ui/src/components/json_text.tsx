// json_text.tsx -- a document as JSON, coloured, with a button that copies it.
import { type ReactNode, useMemo, useState } from "react";
import type { Hit } from "../model/document";
import { copyText } from "../state/clipboard";
import { Icon } from "./icon";

const TOKEN =
    /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function coloured(text: string): ReactNode[] {
    const parts: ReactNode[] = [];
    let end = 0;
    for (const match of text.matchAll(TOKEN)) {
        const kind = match[2] ? "key" : match[1] ? "string" : "literal";
        const word = match[1] ?? match[0];
        parts.push(text.slice(end, match.index));
        parts.push(
            <span key={match.index} className={`json-${kind}`}>
                {word}
            </span>,
        );
        end = match.index + word.length;
    }
    return [...parts, text.slice(end)];
}

export function JsonText({ value }: { value: Hit }) {
    const [copied, setCopied] = useState<boolean | null>(null);
    const text = useMemo(() => {
        const { _index, _id, _source } = value;
        return JSON.stringify({ _index, _id, _source }, null, 2);
    }, [value]);
    const said = copied === null ? "Copy" : copied ? "Copied" : "Could not copy";
    return (
        <div className="json">
            <button
                type="button"
                className="secondary"
                onClick={async () => setCopied(await copyText(text))}
            >
                <Icon name="copy" />
                <span aria-live="polite">{said}</span>
            </button>
            <pre>{coloured(text)}</pre>
        </div>
    );
}
